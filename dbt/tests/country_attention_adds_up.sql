-- Every mention of a place is counted once.
with

counted as (select sum(n_mentions) as n from {{ ref('country_attention') }}),

expected as (
    select count(*) as n
    from {{ ref('stg_mentions') }}
    inner join {{ ref('stg_entities') }} as entities using (entity_id)
    where entities.place_status is not null
)

select
    counted.n as counted,
    expected.n as expected
from counted
cross join expected
where coalesce(counted.n, 0) != expected.n
