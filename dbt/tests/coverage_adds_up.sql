-- Every document and exchange but those of articles is in one month, and months follow each other without gaps.
with

counted as (
    select
        coalesce(sum(n_briefings + n_other_documents), 0) as n_documents,
        coalesce(sum(n_exchanges + n_other_exchanges), 0) as n_exchanges
    from {{ ref('coverage') }}
),

expected as (
    select
        count(*) as n_documents,
        coalesce(sum(n_exchanges), 0) as n_exchanges
    from {{ ref('stg_documents') }}
    where kind != 'news_article'
)

select 'counts differ' as problem
from counted
cross join expected
where counted.n_documents != expected.n_documents or counted.n_exchanges != expected.n_exchanges
union all
select 'months are missing' as problem
from {{ ref('coverage') }}
group by source_id, language
having count(*) != datediff('month', min(month), max(month)) + 1
