with

exchanges as (
    select
        exchange_id,
        source_id,
        language,
        month,
        briefing_date,
        has_answer,
        is_non_reply
    from {{ ref('int_exchanges') }}
    where kind != 'news_article'
),

totals as (
    select
        source_id,
        language,
        month,
        count(*) as n_exchanges_total
    from exchanges
    group by all
),

accused as (
    select
        exchange_id,
        bool_or(direction = 'IN') as has_accusation_in,
        bool_or(direction = 'OUT') as has_accusation_out
    from {{ ref('stg_accusations') }}
    where exchange_id is not null
    group by exchange_id
),

spoken_of as (
    select
        exchange_id,
        topic_id,
        bool_or(side = 'question') as is_asked
    from {{ ref('evidence_topic_trends') }}
    group by all
),

counted as (
    select
        exchanges.source_id,
        exchanges.language,
        exchanges.month,
        spoken_of.topic_id,
        count(*) as n_exchanges,
        count(*) filter (where spoken_of.is_asked) as n_asked,
        count(*) filter (where accused.has_accusation_in) as n_with_accusation_in,
        count(*) filter (where accused.has_accusation_out) as n_with_accusation_out,
        count(*) filter (where exchanges.has_answer) as n_answers,
        count(*) filter (where exchanges.is_non_reply) as n_non_reply,
        min(exchanges.briefing_date) as first_date,
        max(exchanges.briefing_date) as last_date
    from spoken_of
    inner join exchanges using (exchange_id)
    left join accused using (exchange_id)
    group by all
),

-- A row for every topic, also where nobody spoke of it: otherwise means over months have a wrong base.
every_month as (
    select
        totals.month,
        totals.source_id,
        totals.language,
        topics.topic_id,
        topics.label as topic,
        coalesce(counted.n_exchanges, 0) as n_exchanges,
        totals.n_exchanges_total,
        coalesce(counted.n_asked, 0) as n_asked,
        coalesce(counted.n_with_accusation_in, 0) as n_with_accusation_in,
        coalesce(counted.n_with_accusation_out, 0) as n_with_accusation_out,
        coalesce(counted.n_answers, 0) as n_answers,
        coalesce(counted.n_non_reply, 0) as n_non_reply,
        counted.first_date,
        counted.last_date
    from totals
    cross join {{ ref('topics') }} as topics
    left join counted
        on
            totals.source_id = counted.source_id
            and totals.language = counted.language
            and totals.month = counted.month
            and topics.topic_id = counted.topic_id
),

with_year_before as (
    select
        *,
        sum(n_exchanges) over year_before as n_exchanges_before,
        sum(n_exchanges_total) over year_before as n_exchanges_total_before
    from every_month
    window year_before as (
        partition by source_id, language, topic_id
        order by month
        range between interval 12 month preceding and interval 1 month preceding
    )
)

select
    cast(extract(year from trends.month) as bigint) as year,
    trends.month,
    trends.source_id,
    trends.language,
    trends.topic_id,
    trends.topic,
    trends.n_exchanges,
    trends.n_exchanges_total,
    {{ share('trends.n_exchanges', 'trends.n_exchanges_total') }} as share_of_exchanges,
    {{ share('trends.n_exchanges_before', 'trends.n_exchanges_total_before') }} as share_year_before,
    round(
        (cast(trends.n_exchanges as double) / trends.n_exchanges_total)
        / nullif(cast(trends.n_exchanges_before as double) / nullif(trends.n_exchanges_total_before, 0), 0),
        2
    ) as lift,
    trends.n_asked,
    trends.n_with_accusation_in,
    trends.n_with_accusation_out,
    trends.n_answers,
    trends.n_non_reply,
    {{ share('trends.n_non_reply', 'trends.n_answers') }} as share_non_reply,
    trends.first_date,
    trends.last_date,
    coverage.share_of_expected_days,
    codebook.codebook_version
from with_year_before as trends
cross join {{ ref('int_codebook_version') }} as codebook
left join {{ ref('coverage') }} as coverage
    on
        trends.source_id = coverage.source_id
        and trends.language = coverage.language
        and trends.month = coverage.month
order by trends.source_id, trends.language, trends.month, trends.n_exchanges desc, trends.topic_id
