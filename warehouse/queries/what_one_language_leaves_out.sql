-- What does one language version of a briefing say that the other leaves out or says differently?
-- One row per gap, the surest first; side is the language that has what the other lacks. confidence is the share of such rows that
-- were right when read. Codes that were found in one version only are left out: most of them are faults of the codebook.
-- Denominator: n_paired_exchanges, the exchanges that were compared.
-- Narrow it: and confidence >= 0.9 before you quote what a version lacks; and gap = 'number'.
select
    briefing_date,
    gap,
    side,
    part,
    detail,
    en_quote,
    zh_quote,
    confidence,
    (select count(*) from core.exchange_pairs) as n_paired_exchanges,
    en_url,
    zh_url,
    gap_id
from marts.language_gaps
where gap not in ('accusation', 'pattern')
order by confidence desc, briefing_date, gap_id;
