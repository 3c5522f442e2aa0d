select
    quarantine_id,
    raw_path,
    file_name,
    stage,
    reason,
    detail,
    nearest_layout,
    sha256,
    url,
    is_error,
    first_seen
from {{ source('lake', 'quarantine') }}
order by quarantine_id
