namespace MlNetLlm.Tokenization;

/// <summary>Canonical decompositions and combining classes of Unicode 14, packed (zlib, base64, variable-length integers).</summary>
/// <remarks>
/// Written from Python's <c>unicodedata</c>: for each character with a canonical decomposition, in order, the step from the one before
/// times two plus one if the pair composes again, the signed step of its first part, and its second part or 0; and for each run of
/// characters with one combining class, the step from the run before, its length minus one, and the class.
/// Unicode never changes the decomposition of a character once it is assigned.
/// </remarks>
internal static partial class UnicodeForms
{
    /// <summary>Canonical decompositions.</summary>
    private const string PackedDecompositions =
        "eNq9lwt4VVV2gPfd59xzk9yQQAiRh4JFZ7Q6o1UGmRmaBrU609qZWq2djm2t2HY67SjjWKtOx7ZJgBhCIOE5hDeZ8AoQXglcYhIgQMSI4ZUECAlBDDGikvAw"
        + "oiDOv/Y5h8eVlPnq98333bXWfqy19trrdfbNsDID6Y6lMoBMYCyQDeQ4QXupY9lX7rEec/U8GAe//rJ8KD5aLsMJ9f79nBMU+vNxjjUKSMuCAmnLoMBIeEcB"
        + "afCPAtJegwJpuVAg1aWh1Gh5n8/T4/OP9PVE83GnUUCqux9Kxd5RQFoPdiEXqz1dqa5sMNW31dPlnRkeee312C/ZPBE60Ql959r8Vmq0L6L3r573fIccaM6l"
        + "8y772tN7yUfERftnXu33h56YA53j3DTMpSP/1bPhbo8Oi6J1Ad8IX6G3kUZCjEp3gn4CjAuCNLA16K6EKrXHOsKnnr3dPqscvsEC7Y7BrQ+5J4TucTVbJQHv"
        + "SN9/gzz6kc5jAKRNgQIjrjMfFjX/znXmDy6BAqkuDf3IvUDiDzxnjvACdsx3zv0efUt7HBcd74orQu7WbHtynNJa2bcq3S/DeXpeQCWfj1WJTXLJfeEMR68P"
        + "K6uCgWW7EIx3QUrNeiDDGT6asPYX8NY8PutW9m7x9kTekwknZZhS/XGW6TvUtpXhxA7IdsK3s2GxlpLl3NAvy7mf3Lo7eAXPw/CMuMxzzzO4BpfPCFQG3Ey8"
        + "6RE/IzlyFN1huDsP1WhJPWC85e5YqR7HpZrx1od56/W+xCfa23k8itPP9hGehEf325HQ/nhL1cdbDwD3N8RbD9fHl+mZuj4+eFt9/C1D6+NXxa6MrUjq07si"
        + "KeRUJH1/ZEWS1h7EeSDjJCCmIulQYI2u6mupA31vfqSiLzt97YEVfZcFsnRFshNfkfzwgxXJrCYjl+wMrkhusCJ2Y0pIVaUgk4JMCrspPz8aOHDDcz+tusHS"
        + "AONPA+m6sf+pwOlAw4DEhIYBlmocEFTVA6yYhgFfBM4FqgbCORDOgfP0El07KKh2D7Kc2kFWsHVQbXBfcOOQ5OSNQ+LiLsPA4WVDkp85PdhWZwdrvipDbJ0+"
        + "JGksg1sfuDb34UCxLrl5651b7iy7L2hfDbExZfc9/pg7DgGWZuyU3Xc+LuPZxbgaSPWbyG+gQNpaKFDrV+gO3QPHpVa3Cgo0y7dFQCSlR82xvJ20NVAgK0Qu"
        + "aWBHyNPpp86XrPATxD+jBAqkepp2+da9cakZRlmX6s2nv+xVa8PLvt2eVanRbdST6Mkjvlydf7ZvZEkg6uKfWlGqR0ap3OMbNeUV39wojjqLiXg+zqOZL3qD"
        + "ea9cx77UImjRZa/76+2WZ55flstt/2Pk39zrzmlRF+zRQ34j8KPpf6SiLLtlrdvBHD5wNo+VXPs1J3ze9rkmQIHqS371zfA20jwzL7yEbvnAV77k3eSS4+HS"
        + "QEBeOED5S16ibfxl1CG+rtrrHTb3Ze+w1l/6O56qYVEqr6tqja/q0IvXsTuAWg38Ohh1xln7d5RcFfSNuPbFE7vip/E1mO5Y85+LytpANRRofc7jONkTx1Kf"
        + "Y0MUR+gTfydrTNTONn9nX09ap43xOArH/L8tW+3rqOpJxxlfR+aXLPRl90XvvObvzOxBa/DAmOlOsIPdoJLHM6sLfJmSnizp9Dku9syR7uhYZSVBEpWVDOmj"
        + "rBRIX2XdDBmorF6Q3soKQeJUqO3ZHYh+BRj6FeWf+Yry58dQtWqcOIXZ54Jid/DXBW/kPM/kzee9fcWF++GMHY79qAotiodh1q9g+FRE+iCSxMp8EXnneVgH"
        + "KGswZJCybmRpz/P+Xx6YJvoqh8LwHyr0GGtDgdFXnHSTCnb84gqZU74M/530cGUN9UIZw56Y8sgVst9U1tfZOhVmXB5W+s14FYq8ihXHxdQ4TI1FoklMXcUZ"
        + "+mvK+i5kmLK+tcPR74eVM/e/5XlZa6//hYp5vZfSZwOqNTBzbCBCO404twFprzCOAayI87NnIk44LuKEnIhzzx9F+G8YcUbcxTwBYBxk/e4Z2UgHdwq+4Tbk"
        + "FmV72qxdZqThHehRx6WJHhU9V65/7z5ovDsWDf/0D974dk9ulDf34JUlw+U6bYMPJEecd/o19ysYHbR/dwg5l8eJCQWjLTV7dND5v+nd/1Ywul9JoGD0TTf+"
        + "fg4LTeUwS1+G2JSC0eMWOjM/0kovnRFQeuUC0NgYpT96WenKTCbtKUqfLGFfKT2jAJp+jNVpp0CZiUo3D4Xlr5SO8C/j7EClu4NKX7CVLhmsdMFsmNbFs5Cg"
        + "dA606n6lm76l9GSEWlahq72v0vOfgvtGpYseVfrYPyo9ZywbG/5c6e0/YgPJMlEz/1XEBii9fDGT2X+g9BImRdhWhKF54xE5htV1nLzre3D3V/ozdJagvxTL"
        + "cpivRHAJVmV9jb3eSs/k39FhuXO7pXQ1C/tg6v5j4JtK7/0hLniDzVoWI/+pdAUMG7+t9B6O7fpLpU/cjn/OwTAdC4/dh3E44wTHb4EpH7rsaaVPTcKu0xvg"
        + "aikHDVF64SLodkTa0ZvNJd+/U+l3CsUKzD03lsGEM6BmNDZy5IkfYFdI6bUTWNz5a9AnRaD6NKx5WOmL/0XcbmKODyvFMxuSlK5hMZ9krsbU1l8p/WEeG7tz"
        + "JWpfx0X/yxFUbg5u+kg8240ftkC7nsR3RDIfp9bg4M8GKb3+vHibkB5L5iL9iCaLp7n6QZya9QJMnNeEnWOUPr6GyzZKEFlrlDMPbwNFiPtRaCnHTL2DIwhT"
        + "Ot0iE231SHbHkl/fVboTrSe+gX3wHx+HqllAKcwznyezyIs9uGHrajQdxLu54sKb8ecDSk+5RelFU9koZqGZiC+BcztqVxLEk5IZqD0IbebK49gXDy4k6AWF"
        + "LNYsY5ZLsLK54qoDTMr+jOghvgwxiUwpCbOvDwYRvw7oWaxNv4s9cmVCGwy7qkBvTkZZ2+P4kclcLrcBtzVBF0KLuFQtbpn7HNGeA2Pmg2TOXjgLpKSah6GN"
        + "lfTxrFSKttMO18DXR8nFixNZ2DQFvl1cbCWhaSaO3XihNOimcjW5E2GvhPWVWEtwGnHKSm60Q8zq5thN/47HXiK89PrtD3EjPNdBqPO5aV4zJ3SQkeWEbxPK"
        + "ipm3ofw3tyn9NjG4iPDq0yx+KDZ/InH9F8r5Xjf4WT8lAGL6OlJyP1k3WdzWgvmZFMNYLtcpCheT0+lJyiET7NJvK2fFY/hUxLYQzDbM+FOlGf018tT0ao68"
        + "GFZ28QBl7+qrnHRcmWOpmDaiQJ/5W2Rx6AqUr7uBHJgrlSbVj75zWM5ZTQxnoXaflBywBg/tkW0OwTO7sHwZWfAXFBar5eTkEpQcATrgbCNRarRby6LlM8Yn"
        + "WT9CBjQxxnVIoSPeWP20fDx0m4SW5YsIdeA38p3sPWa7qiWDZ7mdtILhaezPlZoJGq5SQs6dm6kTSf9GLhlB8BWlJ7ZKRkygwawYm6Ccd3dLP+TMAqlrFOUA"
        + "RHYyen6C0SiQ6ssGpCq6MH4dVJKdApkr1cO16xOM3Qu1y9nI8odQyTUx6u9IWsg4KRUMWwN9Fk64KmzXMTHm0Jre7o0nO+4NiE6J+NhyE/80SfVuP/M20N0B"
        + "18ZibS66HRZUNTLjc3Cv26Bx+iy01HKj+Wx2s7kFvnXQ6YhOZjybQJVrt/Hmy+0D5l77YKch/djYCStlMivgFvAFpkcx96ztfiHK0ZKL3XXSdoEctH1f6f4m"
        + "iiXUx3Qi01xIYBkXUumdR/F9N4GnZhbuRHIygc0Sty24iBUzAyo78H67XRq2790YTumzNaxVdVhvaQh5o1MNoY2MIkBFWOtrg21fe81fj6ZXwR9uCuvQ5rBO"
        + "BpI2hwueOFEcU77IDtqgIcmg18i8pYW2JWhTTHFM1RLbUgeW2K3BtmD5csZrlttBVbnc/tS6aK1eASPofK9zvdass3cdDW4/GjxeGNJaUMJJkOoU1CXolKDT"
        + "haGSQGngEpM+6aOAcGpQekHs55NwKvmIf6vfIo5j3wDNDZiKnhxwe+efuCt30ympikgNDj60v5dJVsJMh6utY7ZjK/PmF0z5XpCF9wShZjUx2xI2R9TTbfT+"
        + "L4gbLe2NF90PeYrpHdTINiZtL5kcpFl8w+y4ufjPpq6TTFImGwZlfk1NHPFJO1d46wVT29lHWOhs6WWaAHP5Ar7lpuMopTlQvi28d7LctQeMljtMf+YA3iLL"
        + "yMwF6C8EJpKV9M9DmFtH69xsm7thgryH6rRpN1JCXV2c925nL3MJdNxulKVL3X7cy63Y82cYPGUyep58jRDunBQwbpiV71Yyhkz/DK4J53oZkwYb7toLzNZe"
        + "cL0thfYOF9sqXaRqmitf5Lb+kvEwbM0E1QjqzEgwRYfzagPGjcdnysHyYPkbox+fT5J6rC6ilCYJ6pCpY35cIX8a/l46FdSen2DMax3H+ZXSj5iUSa879h5i"
        + "2ysYdU5wA5QnD5iTgn5iQsUXJJ/DJ8mtR+IqoekF0ipngTLdroVjcfXfm2Mp+0Em8k+ZaYwJV4rrRQkeAZFH3jlpt/MWgDLkARIwKVMtb6OF/sYmZiOU/lhe"
        + "Yd0ieodJ5Ud4NcusZgWIh0NFMbxvLwMVY0cLFrVK3+taBZoinZM3SvOTxiuNT5C10sL4vC6VR+EFecPFmGTjiUdXPboWPWfewSvHpMO/LwZZxhd7VrNTKaiF"
        + "xRMsflQmr1l5i4rdUmwX5GUgLHmCxr8u3wtxbu4GpovLQBNlulPQk+bGCBS9zvpYyuYI3+gD5VKEUomfbk4w6SHZL1/QR00z/pkZDDZ1ua4Kjv3C1o01/4On"
        + "zDe5BkQTny5vgNXbQCekWW92v6h5QqVDDzfZNUFyq6PWjXbYpHHXXpyxeTeoQl7Vk0TD/J1yHekbA43VXXVyR0GEZMs+aBUWrJcB+Vq5Xz6ugg7td3NtfqMb"
        + "vTtMSsjnpUVWpkrYi5ol2w+DlrWAtsn0yBoSdV4JqLCd6V3uRz5va29TUgcPy3vgvQRTvz80+bW8I8H4UpniWCSPryIJ0wRBCyU6dcjO64TrVbey98oLIKuB"
        + "1QVnWM3+OMGIfnAWGpEXmfwnK5S3aLJpC03yj6vRbVyn5BN14F329rWj4M0vEkx2bRO/rnuflcPC8G4H03zJoFiTp7k5ZNWObNA2Wcz9IGA+99LJFsk7oeN8"
        + "b5Pfh4WmXwRVToI5Ow+0V/4LSZgopOJpie4zZLwM8meAOqeDjkj7n1bFqPyM95nulEG7vBSmSEW3re9tUmqbvNmo9bKaXsbwUkJ6fKW8hqUyw6ab7t8s+SzI"
        + "Ni7gZblyEbpXCeIrIoUzXf4AyX8Kbd6Y8p/kNbhPukK059JF3l+4FXDsn08fzv3C3aQLdJSz+dYmucNS0LylfUwpLlwOrYbl7VUMaqVV9zf3tt3A3e++puSf"
        + "LET+/GW5zaMlS54w2dp8KfKE1k3Q5n7ZEfQv2JBoevBeeZvkTAR9vkf+L+fhiC4Gu2v7GKesy2Mi3pIX0UzSesnWRKnGRPNFKw246dFVw7yhme1THTiMP4y0"
        + "lOYPGE6TuTx/S5sSjV1rGyQkAWNW+UHGiwWVc50qbZJ2I3ufUYy87Gtb2Wo5BPpgNTvb5fOXLmuLJmNa+Xq5seTksePyAu9goxgTDsxPMl+s+jL267tYXb2Y"
        + "lZ1LQTNOJ5qc5Z/V7O5EaXtywgYYP9wIuuD6jidxa0QOrETk9XR0NdvuA71lizZZeXarOHQSOyt2wzN7D2gqPOL0FXlSBTvkr588Y+OMn5MN5v94zpze6rdr"
        + "UGt3";

    /// <summary>Canonical combining classes.</summary>
    private const string PackedClasses =
        "eNpdVDtoVEEUvWfeZzKbbP4xiYmu0aBEbVYQJZqkEdEiRdTORkGiGIwIoiCIMQkWFkHQiAko2NiIhYiNiGAVEAlaKKss4ic8/DTptBD0zLz3Nm9TzN4z8+7c"
        + "uefec3cibI0A+Q545dhKCfCJ8So+szZH68dbbd2XuWgV94oWZShrXYgkHFL8g/hnta2LcEv5Ea4roZdnvZJI8inGAXFgH0++If22lETNQWohdZA8pB7SAGmE"
        + "NEGagRZIK6QNskZJu5IOSKeSOI6S5oOOwHpIAbKhKF2Qbsi6ygmkB7LRvWcZ+Nn3y2iSTaNhBC9NmWE9flIZl17pLUj1LWdVUo9KXVLGmf1qy3v3Ea4c5mg7"
        + "+baqiVzBbQ23M/BA2gx+22ZTtv3LV+dVsSpNJqWuMg4J5wHRTWL8TB6n3EmRJ4MOnc38TiBFNXIEcnTU4XEY/l624CQd6r2xM7jgwKVhPtPt2mFXCbvlKh+a"
        + "JJ5G6E3Cs9jla6wZots50QrmMNGbgAk/1TAFMffoUcucXlth3IgVEudcTsEBMW1suUdY9KtVpVDNGokamX+jmC0pezZgF8we0XUw+0TP2YIpSYZkRfUqREB3"
        + "TejzeKFS8DDbADsB75OGcrB602lZSs4+rkxNRglvA5dmPCvKhQrcO9WaQSWZf+1McobVOV6I8NB3YZeS+WaR8BmnUfPul3UNTIQeBhzhmlViNou5w4vdTRH6"
        + "qRNuj4nOi1l2JBNSVvWhU36EnWJ+88JjNmPtZGjZhjHbRU3Pb9b9ti3vzbxrd4Q+l7OLE4h5kFJ44ZPdtI087zqSnQ7S2rFqOl7yza1iGsT0i4Ho/fQvwgyJ"
        + "HhaTEz3mTp9w0XEEVpKdTM5nJouw4tYdjHTCef2FM1fEXHTgvJgZ5dAUVReIvkuHI2JaxBxixp6YKeUEyd2HefZhLyM/MwgfzZHYQh9Ktk2+fKVKSjCaBfNj"
        + "nRXIcdZSe97FK6qRygzjstphvqa4+WNrNEi/L7Us5Lj9KxT9H7SRICo=";
}
