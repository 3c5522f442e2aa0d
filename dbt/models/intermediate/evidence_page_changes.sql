select
    year,
    source_id,
    language,
    document_id,
    version,
    change_index,
    page_change,
    turn_change,
    role,
    briefing_date,
    is_question_removed,
    -- Words that are gone have no turn in core.turns, so a change has neither turn nor offsets.
    coalesce(old_text, new_text, title) as quote,
    cast(null as varchar) as turn_id,
    cast(null as varchar) as exchange_id,
    cast(null as bigint) as start_char,
    cast(null as bigint) as end_char
from {{ ref('int_page_changes') }}
order by briefing_date, document_id, version, change_index
