with

versions as (
    select codebook_version from {{ ref('stg_pattern_hits') }}
    union all
    select codebook_version from {{ ref('stg_accusations') }}
    union all
    select codebook_version from {{ ref('stg_topic_hits') }}
)

select max(codebook_version) as codebook_version
from versions
