select
    document_id,
    version,
    sha256,
    url,
    fetched_at,
    http_status,
    raw_path,
    is_current,
    change,
    media_type,
    size_bytes,
    published_at,
    body_sha256,
    layout
from {{ source('lake', 'document_versions') }}
order by document_id, version
