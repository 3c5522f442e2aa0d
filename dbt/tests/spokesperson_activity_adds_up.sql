-- Every answer is counted once, whoever gave it.
with

counted as (select sum(n_answers) as n from {{ ref('spokesperson_activity') }}),

expected as (select count(answer_turn_id) as n from {{ ref('stg_exchanges') }})

select
    counted.n as counted,
    expected.n as expected
from counted
cross join expected
where coalesce(counted.n, 0) != expected.n
