select
    difference_id,
    exchange_pair_id,
    briefing_date,
    en_exchange_id,
    zh_exchange_id,
    kind,
    side,
    part,
    code,
    en_turn_id,
    en_quote,
    en_start_char,
    en_end_char,
    zh_turn_id,
    zh_quote,
    zh_start_char,
    zh_end_char,
    detail,
    confidence
from {{ source('lake', 'language_differences') }}
order by briefing_date, en_exchange_id, difference_id
