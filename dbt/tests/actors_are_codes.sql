-- Actors are ISO 3166-1 alpha-3 codes or the codes of DESIGN.md, and an accusation has two sides that fit its direction.
with

actors as (
    select
        accusation_id,
        unnest([accuser, accused]) as actor
    from {{ ref('stg_accusations') }}
)

select
    accusation_id,
    actor
from actors
where not regexp_full_match(actor, '[A-Z]{3}|G7|UNNAMED')
