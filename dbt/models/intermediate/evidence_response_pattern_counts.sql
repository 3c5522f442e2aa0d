select
    exchanges.year,
    exchanges.source_id,
    exchanges.language,
    exchanges.spokesperson_id,
    exchanges.spokesperson,
    hits.pattern_id,
    hits.family,
    hits.sole_content,
    exchanges.briefing_date,
    exchanges.outlet_group,
    hits.quote,
    hits.turn_id,
    hits.exchange_id,
    hits.document_id,
    hits.start_char,
    hits.end_char
from {{ ref('int_pattern_hits') }} as hits
inner join {{ ref('int_exchanges') }} as exchanges using (exchange_id)
order by exchanges.briefing_date, hits.document_id, exchanges.exchange_index, hits.turn_id, hits.start_char, hits.pattern_id
