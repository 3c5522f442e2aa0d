with

published as (
    select
        check_id,
        metric,
        language,
        cast(split_part(period, '/', 1) as date) as period_from,
        cast(split_part(period, '/', 2) as date) as period_to,
        value as published
    from {{ ref('published_counts') }}
),

-- What the published counts are about: the Chinese ministry's press conferences.
conferences as (
    select
        document_id,
        source_id,
        language,
        briefing_date
    from {{ ref('int_documents') }}
    where state_iso3 = 'CHN' and kind = 'press_conference'
),

exchanges as (
    select
        document_id,
        count(*) as n_exchanges
    from {{ ref('int_exchanges') }}
    group by document_id
),

ministries as (
    select
        source_id,
        language
    from {{ ref('sources') }}
    where state_iso3 = 'CHN'
),

counted as (
    select
        ministries.source_id,
        published.language,
        published.check_id,
        published.metric,
        published.period_from,
        published.period_to,
        published.published,
        count(conferences.document_id) as n_briefings,
        count(distinct conferences.briefing_date) as n_briefing_days,
        cast(coalesce(sum(exchanges.n_exchanges), 0) as bigint) as n_exchanges
    from published
    inner join ministries using (language)
    left join conferences
        on
            ministries.source_id = conferences.source_id
            and conferences.briefing_date between published.period_from and published.period_to
    left join exchanges using (document_id)
    group by all
),

compared as (
    select
        *,
        case metric
            when 'conferences' then n_briefings
            when 'answer_days' then n_briefing_days
            else n_exchanges
        end as held
    from counted
)

select
    source_id,
    language,
    check_id,
    metric,
    period_from,
    period_to,
    cast(extract(year from period_from) as bigint) as year,
    period_to - period_from >= 364 as is_full_year,
    published,
    held,
    round(held / published, 4) as held_ratio
from compared
order by source_id, check_id, metric, period_from, period_to
