select
    turn_id,
    pattern_id,
    start_char,
    end_char,
    exchange_id,
    document_id,
    quote,
    sole_content,
    codebook_version
from {{ source('lake', 'pattern_hits') }}
order by document_id, turn_id, start_char, pattern_id
