"""Check digits: what tells a card or an account number from any other long number."""

_CARD_LENGTHS = (
    # (first and last prefix, digits of the prefix, lengths): ISO 7812 ranges of the card networks. Lengths
    # hardly issued (13 and 19 digits of Visa …) are left out: other numbers of that size are far commoner.
    (4, 4, 1, (16,)),  # Visa
    (51, 55, 2, (16,)),  # Mastercard
    (2221, 2720, 4, (16,)),  # Mastercard
    (34, 34, 2, (15,)),  # American Express
    (37, 37, 2, (15,)),
    (6011, 6011, 4, (16,)),  # Discover
    (644, 649, 3, (16,)),
    (65, 65, 2, (16,)),
    (3528, 3589, 4, (16,)),  # JCB
    (300, 305, 3, (14,)),  # Diners Club
    (36, 36, 2, (14,)),
    (38, 39, 2, (14, 16)),
    (62, 62, 2, (16, 19)),  # UnionPay
    (5018, 5018, 4, (16,)),  # Maestro
    (5020, 5020, 4, (16,)),
    (5038, 5038, 4, (16,)),
    (6304, 6304, 4, (16,)),
    (6759, 6763, 4, (16,)),
)

_IBAN_LENGTHS = {
    "AD": 24,
    "AE": 23,
    "AL": 28,
    "AT": 20,
    "AZ": 28,
    "BA": 20,
    "BE": 16,
    "BG": 22,
    "BH": 22,
    "BR": 29,
    "BY": 28,
    "CH": 21,
    "CR": 22,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "DO": 28,
    "EE": 20,
    "EG": 29,
    "ES": 24,
    "FI": 18,
    "FO": 18,
    "FR": 27,
    "GB": 22,
    "GE": 22,
    "GI": 23,
    "GL": 18,
    "GR": 27,
    "GT": 28,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IQ": 23,
    "IS": 26,
    "IT": 27,
    "JO": 30,
    "KW": 30,
    "KZ": 20,
    "LB": 28,
    "LC": 32,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "LY": 25,
    "MC": 27,
    "MD": 24,
    "ME": 22,
    "MK": 19,
    "MR": 27,
    "MT": 31,
    "MU": 30,
    "NL": 18,
    "NO": 15,
    "PK": 24,
    "PL": 28,
    "PS": 29,
    "PT": 25,
    "QA": 29,
    "RO": 24,
    "RS": 22,
    "SA": 24,
    "SC": 31,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "ST": 25,
    "SV": 28,
    "TL": 23,
    "TN": 24,
    "TR": 26,
    "UA": 29,
    "VA": 22,
    "VG": 24,
    "XK": 20,
}


def luhn(digits: str) -> bool:
    """The check digit of payment cards (ISO 7812)."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = ord(digit) - 48
        if index % 2:
            value *= 2
            if value > 9:
                value -= 9
        total += value
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """Whether digits are the number of a card: a network's prefix and length, a right check digit."""
    for first, last, size, lengths in _CARD_LENGTHS:
        if len(digits) in lengths and first <= int(digits[:size]) <= last:
            return luhn(digits)
    return False


def iban_length(country: str) -> int | None:
    """How long the account numbers of a country (two capitals) are; None when it has none."""
    return _IBAN_LENGTHS.get(country)


def is_iban(text: str) -> bool:
    """Whether text without blanks is an account number: its country's length and right check digits."""
    if iban_length(text[:2]) != len(text):
        return False
    number = "".join(str(int(character, 36)) for character in text[4:] + text[:4])
    return int(number) % 97 == 1
