-- What was changed on pages after they were published, and which removals have others reported?
-- One row per change that two stored versions show (basis: seen) or that others report (basis: reported; about China's ministry,
-- whether or not its pages are here). Removed questions come first. A change happened between the two times of fetching.
-- Denominator: n_reread_documents, the documents stored in more than one version; in all others no change could be seen.
-- Narrow it: where basis = 'seen' and source_id = 'mfa-en'.
with

reread as (
    select count(distinct document_id) as n_reread_documents
    from core.document_versions
    where version > 1
),

changes as (
    select
        'seen' as basis,
        briefing_date,
        source_id,
        page_change,
        turn_change,
        role,
        is_question_removed,
        old_text,
        new_text,
        old_fetched_at,
        new_fetched_at,
        new_url as url_or_source
    from marts.page_changes
    union all by name
    select
        'reported' as basis,
        briefing_from as briefing_date,
        kind as page_change,
        kind = 'questions_missing' as is_question_removed,
        what as old_text,
        source as url_or_source
    from vocabulary.omission_reports
)

select
    changes.*,
    reread.n_reread_documents
from changes
cross join reread
order by
    changes.basis desc,
    changes.is_question_removed desc,
    changes.briefing_date nulls last,
    changes.url_or_source,
    changes.old_text,
    changes.new_text;
