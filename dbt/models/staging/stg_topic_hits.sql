select
    turn_id,
    topic_id,
    exchange_id,
    document_id,
    quote,
    start_char,
    end_char,
    codebook_version
from {{ source('lake', 'topic_hits') }}
order by document_id, turn_id, start_char, topic_id
