select
    turn_id,
    document_id,
    turn_index,
    role,
    speaker_label,
    speaker_kind,
    outlet_id,
    spokesperson_id,
    is_follow_up,
    after_conference,
    text,
    start_char,
    end_char,
    label_start_char,
    co_askers,
    exchange_id
from {{ source('lake', 'turns') }}
order by document_id, turn_index
