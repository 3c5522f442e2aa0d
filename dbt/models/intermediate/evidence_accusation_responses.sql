select
    exchanges.source_id,
    exchanges.language,
    accusations.accusation_type,
    accusations.direction,
    hits.pattern_id,
    hits.family,
    accusations.accusation_id,
    accusations.accuser,
    accusations.accused,
    accusations.quote as accusation_quote,
    exchanges.briefing_date,
    hits.quote,
    hits.turn_id,
    exchanges.exchange_id,
    exchanges.document_id,
    hits.start_char,
    hits.end_char
from {{ ref('evidence_accusations_by_country') }} as accusations
inner join {{ ref('int_exchanges') }} as exchanges using (exchange_id)
inner join {{ ref('int_pattern_hits') }} as hits using (exchange_id)
order by
    exchanges.briefing_date, exchanges.document_id, exchanges.exchange_index, accusations.start_char, accusations.accusation_id,
    hits.turn_id, hits.start_char, hits.pattern_id
