-- Who is said to have accused whom of hacking, who asked about it, and what was the answer?
-- One row per accusation, with its words. asked_by is null before 24 March 2020: no outlet was published. patterns are the stock
-- responses found in the answer; precision is the share of accusations of this type and language that are right (marts.codebook).
-- Denominator: none, these are the cases themselves; accusations_per_year.sql has the shares.
-- Narrow it in `where`: another type (vocabulary.accusation_types), one country (accusations.accused = 'USA'), a period
-- (documents.briefing_date >= '2020-01-01').
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
    documents.source_id,
    documents.language,
    accusations.accuser,
    accusations.accused,
    accusations.direction,
    accusations.modality,
    exchanges.outlet as asked_by,
    accusations.quote,
    answers.patterns,
    exchanges.answer_text,
    codebook.precision,
    accusations.turn_id,
    documents.url
from core.accusations as accusations
inner join core.documents as documents using (document_id)
left join core.exchanges as exchanges on accusations.exchange_id = exchanges.exchange_id
left join answers on accusations.exchange_id = answers.exchange_id
left join marts.codebook as codebook on accusations.accusation_type = codebook.code and documents.language = codebook.language
where accusations.accusation_type = 'A01'
order by documents.briefing_date, accusations.document_id, accusations.accusation_id;
