select
    entity_id,
    kind,
    name,
    name_zh,
    iso3,
    place_status,
    wikidata_id,
    office
from {{ source('lake', 'entities') }}
order by entity_id
