-- Every answer to a question has one primary response.
with

counted as (select sum(n_answers) as n from {{ ref('response_by_outlet_group') }}),

expected as (
    select count(*) as n
    from {{ ref('stg_exchanges') }}
    where question_turn_id is not null and answer_turn_id is not null
)

select
    counted.n as counted,
    expected.n as expected
from counted
cross join expected
where coalesce(counted.n, 0) != expected.n
