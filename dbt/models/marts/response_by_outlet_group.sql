with

answers as (
    select
        year,
        source_id,
        language,
        outlet_group,
        primary_response,
        count(*) as n_answers,
        count(*) filter (where has_no_information) as n_no_information,
        count(distinct outlet) as n_outlets,
        min(briefing_date) as first_date,
        max(briefing_date) as last_date
    from {{ ref('evidence_response_by_outlet_group') }}
    group by all
),

totals as (
    select
        year,
        source_id,
        language,
        outlet_group,
        cast(sum(n_answers) as bigint) as n_answers_total
    from answers
    group by all
),

responses as (
    select family as primary_response
    from {{ ref('response_families') }}
    union all
    select 'uncoded'
)

-- A row for every response, also where none was given: otherwise shares added up over years have a wrong base.
select
    totals.year,
    totals.source_id,
    totals.language,
    totals.outlet_group,
    responses.primary_response,
    coalesce(answers.n_answers, 0) as n_answers,
    totals.n_answers_total,
    {{ share('coalesce(answers.n_answers, 0)', 'totals.n_answers_total') }} as share_of_answers,
    coalesce(answers.n_no_information, 0) as n_no_information,
    coalesce(answers.n_outlets, 0) as n_outlets,
    coverage.share_of_expected_days,
    answers.first_date,
    answers.last_date,
    codebook.codebook_version
from totals
cross join responses
cross join {{ ref('int_codebook_version') }} as codebook
left join answers using (year, source_id, language, outlet_group, primary_response)
left join {{ ref('int_yearly_coverage') }} as coverage
    on
        totals.year = coverage.year
        and totals.source_id = coverage.source_id
        and totals.language = coverage.language
order by
    totals.year, totals.source_id, totals.language, totals.n_answers_total desc, totals.outlet_group, n_answers desc,
    responses.primary_response
