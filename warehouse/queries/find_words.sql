-- Where do these words stand? Each hit with the words around it and what is needed to cite it.
-- Chinese works the same way; for another word change the first line of the query.
with search as (select 'hackers' as words)

select
    documents.briefing_date,
    turns.role,
    coalesce(speakers.name, turns.speaker_label) as speaker,
    substr(turns.text, greatest(strpos(lower(turns.text), search.words) - 60, 1), 160) as words_around,
    documents.title,
    documents.url,
    turns.turn_id
from core.turns as turns
inner join search on contains(lower(turns.text), search.words)
inner join core.documents as documents using (document_id)
left join core.entities as speakers on turns.spokesperson_id = speakers.entity_id
order by documents.briefing_date desc, turns.document_id, turns.turn_index
limit 50;
