select
    year,
    briefing_date,
    source_id,
    language,
    title,
    page_change,
    turn_change,
    role,
    old_text,
    new_text,
    is_question_removed,
    old_url,
    new_url,
    old_fetched_at,
    new_fetched_at,
    old_sha256,
    new_sha256,
    omission_reports,
    document_id,
    version,
    change_index
from {{ ref('int_page_changes') }}
order by briefing_date, document_id, version, change_index
