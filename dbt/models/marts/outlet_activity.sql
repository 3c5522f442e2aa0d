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
    year,
    source_id,
    language,
    outlet,
    outlet_group,
    n_exchanges,
    n_exchanges_total,
    {{ share('n_exchanges', 'n_exchanges_total') }} as share_of_exchanges,
    case when outlet is not null then {{ share('n_exchanges', 'n_exchanges_named') }} end as share_of_named_exchanges,
    n_co_asked,
    n_follow_ups,
    n_documents,
    n_answers,
    n_non_reply,
    {{ share('n_non_reply', 'n_answers') }} as share_non_reply,
    first_date,
    last_date,
    outlet_id,
    outlet_iso3,
    outlet_kind,
    outlet_medium
from totals
order by year, source_id, language, n_exchanges desc, outlet_group, outlet
