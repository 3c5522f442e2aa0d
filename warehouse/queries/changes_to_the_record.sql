-- What was changed on pages after they were published? Removed questions come first.
select
    briefing_date,
    page_change,
    turn_change,
    role,
    is_question_removed,
    old_text,
    new_text,
    old_fetched_at,
    new_fetched_at,
    new_url
from marts.page_changes
order by is_question_removed desc, briefing_date, document_id, version, change_index;
