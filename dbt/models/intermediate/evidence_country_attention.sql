select
    documents.year,
    documents.source_id,
    documents.language,
    mentions.entity_id,
    entities.name as place,
    entities.iso3,
    entities.place_status,
    turns.role as side,
    mentions.mention_id,
    documents.briefing_date,
    mentions.surface as quote,
    mentions.turn_id,
    turns.exchange_id,
    mentions.document_id,
    mentions.start_char,
    mentions.end_char
from {{ ref('stg_mentions') }} as mentions
inner join {{ ref('stg_entities') }} as entities using (entity_id)
inner join {{ ref('stg_turns') }} as turns using (turn_id)
inner join {{ ref('int_documents') }} as documents on mentions.document_id = documents.document_id
where entities.place_status is not null
order by documents.briefing_date, mentions.document_id, turns.turn_index, mentions.start_char, mentions.mention_id
