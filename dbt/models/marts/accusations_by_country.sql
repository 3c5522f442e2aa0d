with

accusations as (
    select
        year,
        source_id,
        language,
        accuser,
        accused,
        accusation_type,
        direction,
        count(*) as n_accusations,
        count(distinct exchange_id) as n_exchanges,
        count(distinct document_id) as n_documents,
        count(*) filter (where modality = 'asserted') as n_asserted,
        count(*) filter (where modality = 'reported') as n_reported,
        count(*) filter (where modality = 'denied') as n_denied,
        count(*) filter (where modality = 'hypothetical') as n_hypothetical,
        count(*) filter (where side = 'question') as n_in_questions,
        count(*) filter (where side = 'answer') as n_in_answers,
        count(*) filter (where side = 'narration') as n_in_articles,
        min(briefing_date) as first_date,
        max(briefing_date) as last_date
    from {{ ref('evidence_accusations_by_country') }}
    group by all
),

totals as (
    select
        year,
        source_id,
        language,
        count(*) as n_exchanges_total
    from {{ ref('int_exchanges') }}
    group by all
)

select
    accusations.year,
    accusations.source_id,
    accusations.language,
    accusations.accuser,
    accusations.accused,
    accusations.accusation_type,
    types.label as accusation,
    accusations.direction,
    accusations.n_accusations,
    accusations.n_exchanges,
    coalesce(totals.n_exchanges_total, 0) as n_exchanges_total,
    {{ share('accusations.n_exchanges', 'totals.n_exchanges_total') }} as share_of_exchanges,
    accusations.n_documents,
    accusations.n_asserted,
    accusations.n_reported,
    accusations.n_denied,
    accusations.n_hypothetical,
    accusations.n_in_questions,
    accusations.n_in_answers,
    accusations.n_in_articles,
    measured.precision,
    measured.recall,
    coverage.share_of_expected_days,
    accusations.first_date,
    accusations.last_date,
    codebook.codebook_version
from accusations
cross join {{ ref('int_codebook_version') }} as codebook
left join totals using (year, source_id, language)
left join {{ ref('accusation_types') }} as types on accusations.accusation_type = types.type_id
left join {{ ref('codebook') }} as measured
    on accusations.accusation_type = measured.code and accusations.language = measured.language
left join {{ ref('int_yearly_coverage') }} as coverage
    on
        accusations.year = coverage.year
        and accusations.source_id = coverage.source_id
        and accusations.language = coverage.language
order by
    accusations.year, accusations.source_id, accusations.language, accusations.n_accusations desc, accusations.accuser, accusations.accused,
    accusations.accusation_type, accusations.direction
