with

spans as (
    select
        source_id,
        language,
        state_iso3,
        min(month) as first_month,
        max(month) as last_month
    from {{ ref('int_documents') }}
    where kind != 'news_article'
    group by all
),

months as (
    select
        source_id,
        language,
        state_iso3,
        cast(unnest(generate_series(first_month, last_month, interval 1 month)) as date) as month
    from spans
),

documents as (
    select
        source_id,
        language,
        month,
        count(*) filter (where kind = 'press_conference') as n_briefings,
        count(*) filter (where kind != 'press_conference') as n_other_documents,
        count(distinct briefing_date) filter (where kind = 'press_conference') as n_briefing_days
    from {{ ref('int_documents') }}
    where kind != 'news_article'
    group by all
),

exchanges as (
    select
        source_id,
        language,
        month,
        count(*) filter (where kind = 'press_conference') as n_exchanges,
        count(*) filter (where kind != 'press_conference') as n_other_exchanges
    from {{ ref('int_exchanges') }}
    where kind != 'news_article'
    group by all
),

briefing_days as (
    select distinct
        source_id,
        language,
        briefing_date
    from {{ ref('int_documents') }}
    where kind = 'press_conference'
),

days as (
    select
        spans.source_id,
        spans.language,
        days.month,
        count(*) as n_scheduled_days,
        count(*) filter (where days.is_recess) as n_recess_days,
        bool_and(days.is_recess_recorded) as is_recess_recorded,
        count(*) filter (where not days.is_recess and briefing_days.briefing_date is not null) as n_expected_days_held
    from spans
    inner join {{ ref('int_conference_days') }} as days using (state_iso3)
    left join briefing_days
        on
            spans.source_id = briefing_days.source_id
            and spans.language = briefing_days.language
            and days.day = briefing_days.briefing_date
    group by all
),

-- One published count a year: T3, the recount of the same pages, before T2, which also has other answers; English has only T1.
published as (
    select
        source_id,
        language,
        year,
        arg_max(check_id, check_id) filter (where metric in ('question_answer_pairs', 'answers', 'questions')) as exchanges_check,
        arg_max(published, check_id) filter (where metric in ('question_answer_pairs', 'answers', 'questions')) as published_exchanges,
        arg_max(check_id, check_id) filter (where metric in ('conferences', 'answer_days')) as briefing_days_check,
        arg_max(published, check_id) filter (where metric in ('conferences', 'answer_days')) as published_briefing_days
    from {{ ref('int_published_comparison') }}
    where is_full_year
    group by all
),

joined as (
    select
        cast(extract(year from months.month) as bigint) as year,
        months.month,
        months.source_id,
        months.language,
        coalesce(documents.n_briefings, 0) as n_briefings,
        coalesce(documents.n_briefing_days, 0) as n_briefing_days,
        coalesce(documents.n_other_documents, 0) as n_other_documents,
        coalesce(exchanges.n_exchanges, 0) as n_exchanges,
        coalesce(exchanges.n_other_exchanges, 0) as n_other_exchanges,
        days.n_scheduled_days,
        days.n_recess_days,
        days.is_recess_recorded,
        days.n_scheduled_days - days.n_recess_days as n_expected_days,
        days.n_expected_days_held
    from months
    left join documents using (source_id, language, month)
    left join exchanges using (source_id, language, month)
    left join days using (source_id, language, month)
),

yearly as (
    select
        *,
        cast(sum(n_exchanges) over (partition by source_id, language, year) as bigint) as n_exchanges_in_year,
        cast(sum(n_briefing_days) over (partition by source_id, language, year) as bigint) as n_briefing_days_in_year
    from joined
)

select
    yearly.year,
    yearly.month,
    yearly.source_id,
    yearly.language,
    yearly.n_briefings,
    yearly.n_briefing_days,
    yearly.n_expected_days,
    yearly.n_expected_days_held,
    {{ share('yearly.n_expected_days_held', 'yearly.n_expected_days') }} as share_of_expected_days,
    yearly.n_exchanges,
    yearly.n_other_documents,
    yearly.n_other_exchanges,
    yearly.n_scheduled_days,
    yearly.n_recess_days,
    yearly.is_recess_recorded,
    yearly.n_exchanges_in_year,
    published.published_exchanges as published_exchanges_in_year,
    published.exchanges_check as published_exchanges_check,
    round(yearly.n_exchanges_in_year / published.published_exchanges, 4) as exchanges_to_published_ratio,
    yearly.n_briefing_days_in_year,
    published.published_briefing_days as published_briefing_days_in_year,
    published.briefing_days_check as published_briefing_days_check,
    round(yearly.n_briefing_days_in_year / published.published_briefing_days, 4) as briefing_days_to_published_ratio
from yearly
left join published using (source_id, language, year)
order by yearly.source_id, yearly.language, yearly.month
