-- Every difference between two versions of a document is in the mart, once.
with

counted as (select count(turn_change) as n from {{ ref('page_changes') }}),

expected as (select count(*) as n from {{ ref('stg_turn_changes') }})

select
    counted.n as counted,
    expected.n as expected
from counted
cross join expected
where counted.n != expected.n
