-- Every exchange that one version lacks, and every difference, is in the mart, once, and shows the words of the side that has them.
with

counted as (
    select
        count(*) filter (where gap in ('only_en', 'only_zh')) as n_exchanges,
        count(*) filter (where gap not in ('only_en', 'only_zh')) as n_differences
    from {{ ref('language_gaps') }}
),

exchanges as (select count(*) filter (where relation != 'both') as n from {{ ref('stg_exchange_pairs') }}),

differences as (select count(*) as n from {{ ref('stg_language_differences') }})

select 'counts differ' as problem
from counted
cross join exchanges
cross join differences
where counted.n_exchanges != exchanges.n or counted.n_differences != differences.n
union all
select 'no words: ' || gap_id as problem
from {{ ref('language_gaps') }}
where (side != 'zh' and en_quote is null) or (side != 'en' and zh_quote is null)
