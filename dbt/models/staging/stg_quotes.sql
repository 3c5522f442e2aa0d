select
    quote_id,
    turn_id,
    document_id,
    speaker,
    office,
    is_direct,
    text,
    start_char,
    end_char,
    rule
from {{ source('lake', 'quotes') }}
order by document_id, turn_id, start_char, quote_id
