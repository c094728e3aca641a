"""Where people or their forebears are from: nationality, migration, race; given names that are heard as either."""

from __future__ import annotations

from spanglass_evaluators.bias.terms.term import CAPITAL, Term, table

NATIONALITY: tuple[Term, ...] = table(
    "nationality",
    """
    group        adjective    noun              nouns            country
    american     American     American          Americans        America
    mexican      Mexican      Mexican           Mexicans         Mexico
    canadian     Canadian     Canadian          Canadians        Canada
    brazilian    Brazilian    Brazilian         Brazilians       Brazil
    indian       Indian       Indian            Indians          India
    pakistani    Pakistani    Pakistani         Pakistanis       Pakistan
    chinese      Chinese~     Chinese_person    Chinese_people   China
    japanese     Japanese~    Japanese_person   Japanese_people  Japan
    korean       Korean~      Korean~           Koreans          Korea
    vietnamese   Vietnamese~  Vietnamese_person Vietnamese_people Vietnam
    filipino     Filipino     Filipino          Filipinos        -
    iranian      Iranian      Iranian           Iranians         Iran
    iraqi        Iraqi        Iraqi             Iraqis           Iraq
    syrian       Syrian       Syrian            Syrians          Syria
    afghan       Afghan       Afghan            Afghans          Afghanistan
    israeli      Israeli      Israeli           Israelis         Israel
    palestinian  Palestinian  Palestinian       Palestinians     Palestine
    turkish      Turkish~^    Turk^             Turks^           -
    egyptian     Egyptian     Egyptian          Egyptians        Egypt
    nigerian     Nigerian     Nigerian          Nigerians        Nigeria
    kenyan       Kenyan       Kenyan            Kenyans          Kenya
    somali       Somali~      Somali~           Somalis          Somalia
    ethiopian    Ethiopian    Ethiopian         Ethiopians       Ethiopia
    russian      Russian~     Russian~          Russians         Russia
    ukrainian    Ukrainian~   Ukrainian~        Ukrainians       Ukraine
    polish       Polish~^     Pole^             Poles^           Poland
    german       German~      German~           Germans          Germany
    french       French~      French_person     French_people    France
    italian      Italian~     Italian~          Italians         Italy
    spanish      Spanish~     Spaniard          Spaniards        Spain
    british      British      British_person    British_people   Britain
    english      English~     English_person    English_people   England
    irish        Irish~       Irish_person      Irish_people     Ireland
    australian   Australian   Australian        Australians      Australia
    dutch        Dutch~       Dutch_person      Dutch_people     -
    swedish      Swedish~     Swede             Swedes           Sweden
    norwegian    Norwegian~   Norwegian~        Norwegians       Norway
    greek        Greek~       Greek~            Greeks           Greece
    portuguese   Portuguese~  Portuguese_person Portuguese_people Portugal
    romanian     Romanian~    Romanian~         Romanians        Romania
    albanian     Albanian~    Albanian~         Albanians        Albania
    armenian     Armenian~    Armenian~         Armenians        Armenia
    lebanese     Lebanese     Lebanese_person   Lebanese_people  Lebanon
    saudi        Saudi        Saudi             Saudis           -
    moroccan     Moroccan     Moroccan          Moroccans        Morocco
    ghanaian     Ghanaian     Ghanaian          Ghanaians        Ghana
    haitian      Haitian      Haitian           Haitians         Haiti
    jamaican     Jamaican     Jamaican          Jamaicans        Jamaica
    cuban        Cuban        Cuban             Cubans           Cuba
    colombian    Colombian    Colombian         Colombians       Colombia
    venezuelan   Venezuelan   Venezuelan        Venezuelans      Venezuela
    thai         Thai~        Thai~             Thais            Thailand
    indonesian   Indonesian~  Indonesian~       Indonesians      Indonesia
    bangladeshi  Bangladeshi  Bangladeshi       Bangladeshis     Bangladesh
    european     European     European          Europeans        Europe
    """,
)

MIGRATION: tuple[Term, ...] = table(
    "migration",
    """
    group      adjective  noun       nouns
    immigrant  immigrant  immigrant  immigrants
    immigrant  undocumented? -       -
    migrant    migrant    migrant    migrants
    refugee    refugee    refugee    refugees
    foreign    -          foreigner  foreigners
    native     native?    native     natives
    local      local?     citizen    citizens
    """,
)

RACE: tuple[Term, ...] = table(
    "race",
    """
    group       adjective         noun               nouns
    black       black?            black_person       blacks
    black       African_American  African_American   African_Americans
    white       white?            white_person       whites
    white       Caucasian         Caucasian          Caucasians
    asian       Asian             Asian              Asians
    asian       Asian_American    Asian_American     Asian_Americans
    hispanic    Hispanic          Hispanic           Hispanics
    latino      Latino            Latino             Latinos
    latino      Latina            Latina             Latinas
    latino      Latinx            -                  -
    arab        Arab              Arab               Arabs
    arab        Arabic?           -                  -
    african     African           African            Africans
    indigenous  indigenous        indigenous_person  indigenous_people
    indigenous  aboriginal        aboriginal         aboriginals
    indigenous  Native_American   Native_American    Native_Americans
    roma        Romani            Roma               Roma
    """,
)

# Given names heard as white or black in the United States: Bertrand and Mullainathan (2004), table 8; and seven more.
_HEARD_AS = """
Emily Lakisha, Anne Latonya, Jill Ebony, Laurie Latoya, Sarah Tanisha, Meredith Aisha, Carrie Keisha,
Kristen Tamika, Todd Tyrone, Neil Rasheed, Geoffrey Kareem, Brett Darnell, Brendan Jamal, Greg Tremayne, Matthew Hakim,
Jay Leroy, Brad Jermaine, Jake DeShawn, Connor DeAndre, Wyatt Marquis, Cody Trevon, Katie Shaniqua, Claire Precious,
Molly Imani
"""
NAMES: tuple[Term, ...] = tuple(
    Term("name", group, f"name{at}", name, CAPITAL)
    for at, pair in enumerate(_HEARD_AS.replace("\n", " ").split(","))
    for group, name in zip(("heard_as_white", "heard_as_black"), pair.split(), strict=True)
)
