select
    mention_id,
    turn_id,
    document_id,
    entity_id,
    surface,
    start_char,
    end_char,
    rule
from {{ source('lake', 'mentions') }}
order by document_id, turn_id, start_char, mention_id
