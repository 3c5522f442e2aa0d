select
    document_id,
    version,
    change_index,
    change,
    role,
    old_text,
    new_text
from {{ source('lake', 'turn_changes') }}
order by document_id, version, change_index
