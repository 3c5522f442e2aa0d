select
    exchange_id,
    document_id,
    exchange_index,
    briefing_date,
    question_turn_id,
    answer_turn_id,
    question_text,
    answer_text,
    closing_text,
    outlet_id,
    outlet,
    outlet_reason,
    co_askers,
    spokesperson_id,
    language,
    is_follow_up,
    after_conference
from {{ source('lake', 'exchanges') }}
order by briefing_date, document_id, exchange_index
