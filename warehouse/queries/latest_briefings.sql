-- Which are the latest briefings, who spoke, and how many questions were taken?
select
    briefing_date,
    spokesperson,
    language,
    kind,
    n_exchanges,
    title,
    url
from core.documents
order by briefing_date desc, language, document_id
limit 20;
