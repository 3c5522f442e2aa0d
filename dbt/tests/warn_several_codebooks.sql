-- Counts of different months compare only when one codebook made them all.
{{ config(severity='warn') }}
with

versions as (
    select codebook_version from {{ ref('stg_pattern_hits') }}
    union
    select codebook_version from {{ ref('stg_accusations') }}
    union
    select codebook_version from {{ ref('stg_topic_hits') }}
)

select
    count(*) as n_versions,
    min(codebook_version) as first_version,
    max(codebook_version) as last_version
from versions
having count(*) > 1
