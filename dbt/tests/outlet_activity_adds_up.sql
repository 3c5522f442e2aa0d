-- Every question is counted once, whoever put it.
with

counted as (select sum(n_exchanges) as n from {{ ref('outlet_activity') }}),

expected as (select count(question_turn_id) as n from {{ ref('stg_exchanges') }})

select
    counted.n as counted,
    expected.n as expected
from counted
cross join expected
where coalesce(counted.n, 0) != expected.n
