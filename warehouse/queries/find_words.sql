-- Where do these words stand, and what do I need to cite them?
-- One row per turn that holds the words, capitals or not, with the text around the first place. Chinese works the same way.
-- n_turns_with_words counts all such turns; n_turns_total, all turns held here, is what to divide it by.
-- Narrow it: other words in the first line of the query; add `where turns.role = 'answer'`, a language, days.
-- `briefings search` ranks what it finds.
with search as (select lower('hackers') as words),

everything as (select count(*) as n_turns_total from core.turns)

select
    documents.briefing_date,
    documents.language,
    turns.role,
    coalesce(speakers.name, turns.speaker_label) as speaker,
    substr(turns.text, greatest(strpos(lower(turns.text), search.words) - 60, 1), 160) as words_around,
    count(*) over () as n_turns_with_words,
    everything.n_turns_total,
    documents.title,
    documents.url,
    turns.turn_id
from core.turns as turns
inner join search on contains(lower(turns.text), search.words)
cross join everything
inner join core.documents as documents using (document_id)
left join core.entities as speakers on turns.spokesperson_id = speakers.entity_id
order by documents.briefing_date desc, turns.document_id, turns.turn_index
limit 50;
