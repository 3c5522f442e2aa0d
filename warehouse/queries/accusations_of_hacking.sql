-- Who is said to have accused whom of hacking, who asked about it, and what was the answer?
-- A01 is hacking; vocabulary.accusation_types has the other codes. Add a period: and documents.briefing_date >= '2020-01-01'
with

answers as (
    select
        hits.exchange_id,
        string_agg(distinct patterns.label, '; ' order by patterns.label) as patterns
    from core.pattern_hits as hits
    inner join vocabulary.response_patterns as patterns using (pattern_id)
    group by hits.exchange_id
)

select
    documents.briefing_date,
    accusations.accuser,
    accusations.accused,
    accusations.direction,
    accusations.modality,
    exchanges.outlet as asked_by,
    accusations.quote,
    answers.patterns,
    exchanges.answer_text,
    documents.url
from core.accusations as accusations
inner join core.documents as documents using (document_id)
left join core.exchanges as exchanges on accusations.exchange_id = exchanges.exchange_id
left join answers on accusations.exchange_id = answers.exchange_id
where accusations.accusation_type = 'A01'
order by documents.briefing_date, accusations.document_id, accusations.accusation_id;
