-- Which are the latest briefings, who spoke, and how many questions were taken?
-- One row per page: a briefing with an English and a Chinese page has two. n_exchanges counts questions with their answers;
-- n_without_reply those whose answer is nothing but a non-reply; n_accusations_in the accusations against the speaker's state.
-- Narrow it: where documents.source_id = 'mfa-en', documents.kind = 'press_conference'; `limit` for more.
select
    documents.briefing_date,
    documents.source_id,
    documents.language,
    documents.kind,
    documents.spokesperson,
    documents.n_exchanges,
    (
        select count(*)
        from intermediate.int_exchanges as exchanges
        where exchanges.document_id = documents.document_id and exchanges.is_non_reply
    ) as n_without_reply,
    (
        select count(*)
        from core.accusations as accusations
        where accusations.document_id = documents.document_id and accusations.direction = 'IN'
    ) as n_accusations_in,
    documents.title,
    documents.url
from core.documents as documents
order by documents.briefing_date desc, documents.language, documents.document_id
limit 20;
