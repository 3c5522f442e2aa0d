select
    documents.year,
    documents.source_id,
    documents.language,
    turns.spokesperson_id,
    spokespersons.name as spokesperson,
    turns.role,
    exchanges.primary_response,
    exchanges.is_non_reply,
    exchanges.answer_words,
    exchanges.answer_characters,
    documents.briefing_date,
    left(turns.text, {{ var('opening_characters') }}) as quote,
    turns.turn_id,
    exchanges.exchange_id,
    turns.document_id,
    cast(0 as bigint) as start_char,
    least(length(turns.text), {{ var('opening_characters') }}) as end_char
from {{ ref('stg_turns') }} as turns
inner join {{ ref('int_documents') }} as documents using (document_id)
-- Only the first turn of an answer stands for its exchange; interjections split some answers.
left join {{ ref('int_exchanges') }} as exchanges on turns.turn_id = exchanges.answer_turn_id
left join {{ ref('stg_entities') }} as spokespersons on turns.spokesperson_id = spokespersons.entity_id
where turns.role in ('opening', 'answer', 'closing') and documents.kind != 'news_article'
order by documents.briefing_date, turns.document_id, turns.turn_index
