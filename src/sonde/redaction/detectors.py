"""All detectors by kind, in the order in which they are run, and the hints without which there is nothing."""

from sonde.redaction.emails import EMAIL
from sonde.redaction.neighbours import Detector
from sonde.redaction.numbers import CARD, IBAN
from sonde.redaction.phones import PHONE_INTERNATIONAL, PHONE_NORTH_AMERICA, PHONE_SPOKEN
from sonde.redaction.secrets import (
    ASSIGNMENT,
    AUTHORIZATION,
    JSON_WEB_TOKEN,
    PRIVATE_KEY,
    URL_PASSWORD,
    VENDOR_KEY,
)

DETECTORS: dict[str, tuple[Detector, ...]] = {
    "secret": (PRIVATE_KEY, JSON_WEB_TOKEN, VENDOR_KEY, AUTHORIZATION, URL_PASSWORD, ASSIGNMENT),
    "email": (EMAIL,),
    "iban": (IBAN,),
    "card": (CARD,),
    "phone": (PHONE_INTERNATIONAL, PHONE_NORTH_AMERICA, PHONE_SPOKEN),
}
"""Kind → detectors, in the order in which they are run: a key that holds digits is a key."""

HINTS: dict[str, bytes] = {
    "secret": (
        rb"-----BEGIN |eyJ|sk-|_live_|_test_|whsec_|A[KSBC][IC]A|gh[pousr]_|github_pat|glpat-|xox[abeoprs]-"
        rb"|xapp-|hooks\.slack|AIza|ya29\.|GOCSPX|hf_|gsk_|pplx-|r8_|xai-|nvapi-|fw_|tgp_v1|lsv2_|pylf_v|SG\.|npm_"
        rb"|pypi-Ag|dckr_pat|dop_v1|shp[acps][ats]_|lin_api|://[^\s/:@]{0,64}:[^\s/:@]{3}"
        rb"|(?i:bearer |basic {1,4}[A-Za-z0-9._~+/-]{8}"
        rb"|(?:password|passwd|passphrase|pwd|secret|key|token)[\"']?"
        rb" {0,3}[:=])"
    ),
    "email": rb"[A-Za-z0-9._%+'\x80-\xff-](?:@|%40)[A-Za-z0-9\x80-\xff]",
    "iban": rb"[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11}",
    "card": rb"[1-9][0-9]{3}(?:[ -]?[0-9]){9}",
    "phone": (
        rb"\+[1-9][0-9 .()-]{6}|\b00[1-9][0-9]{0,2}[ -][0-9(]|[2-9][0-9]{2}[).-][ ]?[2-9][0-9]{2}[.-][0-9]{4}"
        rb"|(?i:telefon|phone|mobile?|handy|cell|fax|whatsapp|tel)[ a-z_-]{0,8}[.:#= ]{1,4}(?:is |at )?"
        rb"[+(]?[0-9]"
    ),
}
"""What must be there for a kind to be possible: the hints of all kinds are searched in one pass first."""
