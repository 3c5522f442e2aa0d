-- Every accusation is counted once, and is of one modality and one side.
with

counted as (
    select
        coalesce(sum(n_accusations), 0) as n,
        coalesce(sum(n_asserted + n_reported + n_denied + n_hypothetical), 0) as n_by_modality,
        coalesce(sum(n_in_questions + n_in_answers + n_in_articles), 0) as n_by_side
    from {{ ref('accusations_by_country') }}
),

expected as (select count(*) as n from {{ ref('stg_accusations') }})

select
    counted.n as counted,
    expected.n as expected
from counted
cross join expected
where counted.n != expected.n or counted.n_by_modality != expected.n or counted.n_by_side != expected.n
