with

activity as (
    select
        year,
        source_id,
        language,
        outlet_id,
        outlet,
        outlet_group,
        outlet_iso3,
        outlet_kind,
        outlet_medium,
        count(*) filter (where not is_co_asker) as n_exchanges,
        count(*) filter (where is_co_asker) as n_co_asked,
        count(*) filter (where not is_co_asker and is_follow_up) as n_follow_ups,
        count(distinct document_id) as n_documents,
        count(*) filter (where not is_co_asker and has_answer) as n_answers,
        count(*) filter (where not is_co_asker and is_non_reply) as n_non_reply,
        min(briefing_date) as first_date,
        max(briefing_date) as last_date
    from {{ ref('evidence_outlet_activity') }}
    group by all
),

totals as (
    select
        *,
        cast(sum(n_exchanges) over (partition by year, source_id, language) as bigint) as n_exchanges_total,
        cast(
            sum(case when outlet is not null then n_exchanges end) over (partition by year, source_id, language) as bigint
        ) as n_exchanges_named
    from activity
)

select
    totals.year,
    totals.source_id,
    totals.language,
    totals.outlet,
    totals.outlet_group,
    totals.n_exchanges,
    totals.n_exchanges_total,
    {{ share('totals.n_exchanges', 'totals.n_exchanges_total') }} as share_of_exchanges,
    case when totals.outlet is not null then {{ share('totals.n_exchanges', 'totals.n_exchanges_named') }} end as share_of_named_exchanges,
    totals.n_co_asked,
    totals.n_follow_ups,
    totals.n_documents,
    totals.n_answers,
    totals.n_non_reply,
    {{ share('totals.n_non_reply', 'totals.n_answers') }} as share_non_reply,
    coverage.share_of_expected_days,
    totals.first_date,
    totals.last_date,
    totals.outlet_id,
    totals.outlet_iso3,
    totals.outlet_kind,
    totals.outlet_medium,
    codebook.codebook_version
from totals
cross join {{ ref('int_codebook_version') }} as codebook
left join {{ ref('int_yearly_coverage') }} as coverage
    on
        totals.year = coverage.year
        and totals.source_id = coverage.source_id
        and totals.language = coverage.language
order by totals.year, totals.source_id, totals.language, totals.n_exchanges desc, totals.outlet_group, totals.outlet
