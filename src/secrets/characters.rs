//! What stands for a character in formats of text: escapes of one letter, and the names of HTML.

/// What stands for a character, numbers and names apart.
pub(super) const fn others(character: char) -> &'static [&'static str] {
    match character {
        ' ' => &["+"],
        '\n' => &["\\n"],
        '\r' => &["\\r"],
        '\t' => &["\\t"],
        '\0' => &["\\0"],
        '\u{8}' => &["\\b"],
        '\u{c}' => &["\\f"],
        '\\' => &["\\\\", "\\\\\\\\"],
        '/' => &["\\/"],
        '"' => &["\\\""],
        '\'' => &["\\'", "'\\''"],
        _ => &[],
    }
}

/// The names of HTML for a character: those of ASCII, and the one that HTML 4 has for another.
pub(super) fn names(character: char) -> impl Iterator<Item = &'static str> {
    let of_latin = u32::from(character)
        .checked_sub(FIRST_OF_LATIN)
        .and_then(|at| LATIN.split(' ').nth(usize::try_from(at).ok()?));
    let others = OTHERS.split(' ').filter_map(move |entry| {
        let (name, of) = entry.split_once('=')?;
        of.starts_with(character).then_some(name)
    });
    let of_ascii = ASCII.iter().filter(move |(of, _)| *of == character);
    let of_ascii = of_ascii.flat_map(|(_, names)| names.split(' '));
    of_latin.into_iter().chain(others).chain(of_ascii)
}

/// The first character of [`LATIN`].
const FIRST_OF_LATIN: u32 = 0xa0;

/// The names of ASCII, of HTML 5.
const ASCII: [(char, &str); 32] = [
    ('\t', "Tab"),
    ('\n', "NewLine"),
    ('!', "excl"),
    ('"', "quot"),
    ('#', "num"),
    ('$', "dollar"),
    ('%', "percnt"),
    ('&', "amp"),
    ('\'', "apos"),
    ('(', "lpar"),
    (')', "rpar"),
    ('*', "ast midast"),
    ('+', "plus"),
    (',', "comma"),
    ('.', "period"),
    ('/', "sol"),
    (':', "colon"),
    (';', "semi"),
    ('<', "lt"),
    ('=', "equals"),
    ('>', "gt"),
    ('?', "quest"),
    ('@', "commat"),
    ('[', "lsqb lbrack"),
    ('\\', "bsol"),
    (']', "rsqb rbrack"),
    ('^', "Hat"),
    ('_', "lowbar UnderBar"),
    ('`', "grave DiacriticalGrave"),
    ('{', "lcub lbrace"),
    ('|', "vert verbar VerticalLine"),
    ('}', "rcub rbrace"),
];

/// The names of Latin 1, from the no-break space on.
const LATIN: &str = "\
    nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
    micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring \
    AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
    times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
    egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash \
    ugrave uacute ucirc uuml yacute thorn yuml";

/// The other names of HTML 4, each with its character.
const OTHERS: &str = "\
    OElig=Œ oelig=œ Scaron=Š scaron=š Yuml=Ÿ fnof=ƒ circ=ˆ tilde=˜ Alpha=Α Beta=Β Gamma=Γ Delta=Δ Epsilon=Ε Zeta=Ζ \
    Eta=Η Theta=Θ Iota=Ι Kappa=Κ Lambda=Λ Mu=Μ Nu=Ν Xi=Ξ Omicron=Ο Pi=Π Rho=Ρ Sigma=Σ Tau=Τ Upsilon=Υ Phi=Φ Chi=Χ \
    Psi=Ψ Omega=Ω alpha=α beta=β gamma=γ delta=δ epsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ lambda=λ mu=μ nu=ν \
    xi=ξ omicron=ο pi=π rho=ρ sigmaf=ς sigma=σ tau=τ upsilon=υ phi=φ chi=χ psi=ψ omega=ω thetasym=ϑ upsih=ϒ piv=ϖ \
    ensp=\u{2002} emsp=\u{2003} thinsp=\u{2009} zwnj=\u{200c} zwj=\u{200d} lrm=\u{200e} rlm=\u{200f} ndash=– \
    mdash=— lsquo=‘ rsquo=’ sbquo=‚ ldquo=“ rdquo=” bdquo=„ dagger=† Dagger=‡ bull=• hellip=… permil=‰ prime=′ \
    Prime=″ lsaquo=‹ rsaquo=› oline=‾ frasl=⁄ euro=€ image=ℑ weierp=℘ real=ℜ trade=™ alefsym=ℵ larr=← uarr=↑ \
    rarr=→ darr=↓ harr=↔ crarr=↵ lArr=⇐ uArr=⇑ rArr=⇒ dArr=⇓ hArr=⇔ forall=∀ part=∂ exist=∃ empty=∅ nabla=∇ isin=∈ \
    notin=∉ ni=∋ prod=∏ sum=∑ minus=− lowast=∗ radic=√ prop=∝ infin=∞ ang=∠ and=∧ or=∨ cap=∩ cup=∪ int=∫ there4=∴ \
    sim=∼ cong=≅ asymp=≈ ne=≠ equiv=≡ le=≤ ge=≥ sub=⊂ sup=⊃ nsub=⊄ sube=⊆ supe=⊇ oplus=⊕ otimes=⊗ perp=⊥ sdot=⋅ \
    lceil=⌈ rceil=⌉ lfloor=⌊ rfloor=⌋ lang=〈 rang=〉 loz=◊ spades=♠ clubs=♣ hearts=♥ diams=♦";
