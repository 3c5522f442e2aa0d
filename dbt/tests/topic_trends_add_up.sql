-- Every exchange that speaks of a topic is counted for it once.
with

counted as (select sum(n_exchanges) as n from {{ ref('topic_trends') }}),

spoken_of as (
    select distinct
        hits.exchange_id,
        hits.topic_id
    from {{ ref('stg_topic_hits') }} as hits
    inner join {{ ref('int_exchanges') }} as exchanges using (exchange_id)
    where exchanges.kind != 'news_article'
),

expected as (select count(*) as n from spoken_of)

select
    counted.n as counted,
    expected.n as expected
from counted
cross join expected
where coalesce(counted.n, 0) != expected.n
