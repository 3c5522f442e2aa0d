with

versions as (
    select
        *,
        lag(url) over (partition by document_id order by version) as old_url,
        lag(sha256) over (partition by document_id order by version) as old_sha256,
        lag(fetched_at) over (partition by document_id order by version) as old_fetched_at
    from {{ ref('stg_document_versions') }}
    -- A page that arrived cut off changes nothing on the record.
    where change != 'truncated'
),

reported as (
    select
        documents.document_id,
        string_agg(reports.report_id, '|' order by reports.report_id) as omission_reports
    from {{ ref('int_documents') }} as documents
    inner join {{ ref('omission_reports') }} as reports
        on documents.briefing_date between reports.briefing_from and reports.briefing_to
    where documents.state_iso3 = 'CHN' and reports.kind in ('questions_missing', 'pages_deleted')
    group by documents.document_id
)

select
    documents.year,
    documents.briefing_date,
    documents.source_id,
    documents.language,
    documents.document_id,
    versions.version,
    coalesce(changes.change_index, 0) as change_index,
    versions.change as page_change,
    changes.change as turn_change,
    changes.role,
    changes.old_text,
    changes.new_text,
    coalesce(changes.change = 'removed' and changes.role = 'question', false) as is_question_removed,
    documents.title,
    versions.old_url,
    versions.url as new_url,
    versions.old_fetched_at,
    versions.fetched_at as new_fetched_at,
    versions.old_sha256,
    versions.sha256 as new_sha256,
    reported.omission_reports
from versions
inner join {{ ref('int_documents') }} as documents using (document_id)
left join {{ ref('stg_turn_changes') }} as changes using (document_id, version)
left join reported using (document_id)
-- A copy has the same words in another file: nothing changed on the record.
where versions.change not in ('new', 'copy')
order by documents.briefing_date, documents.document_id, versions.version, change_index
