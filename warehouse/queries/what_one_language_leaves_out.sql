-- What does one language version of a briefing say that the other leaves out or says differently? Codes found in one only are left out.
select
    briefing_date,
    gap,
    side,
    detail,
    en_quote,
    zh_quote,
    confidence,
    en_url,
    zh_url
from marts.language_gaps
where gap not in ('accusation', 'pattern')
order by confidence desc, briefing_date, gap_id;
