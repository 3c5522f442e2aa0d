select
    accusation_id,
    exchange_id,
    turn_id,
    document_id,
    accuser,
    accused,
    accuser_label,
    accused_label,
    accusation_type,
    direction,
    modality,
    side,
    quote,
    start_char,
    end_char,
    codebook_version
from {{ source('lake', 'accusations') }}
order by document_id, turn_id, start_char, accusation_id
