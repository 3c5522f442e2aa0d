select
    exchanges.month,
    exchanges.source_id,
    exchanges.language,
    hits.topic_id,
    exchanges.briefing_date,
    turns.role as side,
    hits.quote,
    hits.turn_id,
    hits.exchange_id,
    hits.document_id,
    hits.start_char,
    hits.end_char
from {{ ref('stg_topic_hits') }} as hits
inner join {{ ref('int_exchanges') }} as exchanges using (exchange_id)
inner join {{ ref('stg_turns') }} as turns on hits.turn_id = turns.turn_id
order by exchanges.briefing_date, hits.document_id, exchanges.exchange_index, hits.turn_id, hits.start_char, hits.topic_id
