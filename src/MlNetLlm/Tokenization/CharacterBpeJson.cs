namespace MlNetLlm.Tokenization;

/// <summary>Reads Hugging Face's <c>tokenizer.json</c> where it holds a byte-pair model over characters that falls back to bytes.</summary>
/// <remarks>
/// Understood: a normalizer that puts U+2581 in front and replaces spaces by it, or a Metaspace pre-tokenizer that does the same, or both
/// absent. Added tokens are found before anything is rewritten.
/// </remarks>
internal static class CharacterBpeJson
{
    private const string Space = "\u2581";

    public static bool IsIn(CheckedJson root)
        => (root["model"]["type"].TextOrNull() ?? "BPE") == "BPE" && root["model"]["byte_fallback"].Flag(otherwise: false);

    public static CharacterBpeTokenizer Read(CheckedJson root, CheckedJson? roles, TokenizerLimits limits)
    {
        var model = root["model"];
        var vocabulary = model["vocab"].Ids(limits);
        var added = TokenizerJson.ReadAdded(root["added_tokens"], limits);
        Bpe.CheckIds(root.File, vocabulary, added);
        var reader = new Reader();
        reader.ReadNormalizer(root["normalizer"]);
        reader.ReadPreTokenizer(root["pre_tokenizer"]);
        return new CharacterBpeTokenizer(new CharacterBpeDefinition
        {
            Vocabulary = vocabulary,
            Merges = TokenizerJson.ReadMerges(model["merges"], vocabulary, limits),
            Added = added,
            Bytes = Bytes(root.File, vocabulary),
            Prefix = reader.Prefix,
            SplitsWords = reader.SplitsWords,
            Special = TokenizerRoles.Find(text => Bpe.Find(text, vocabulary, added), roles),
            File = root.File.Content,
        });
    }

    private static int[] Bytes(FileBytes file, Dictionary<string, int> vocabulary)
    {
        var ids = new int[256];
        for (var b = 0; b < ids.Length; b++)
            if (!vocabulary.TryGetValue(BytePieces.Name(b), out ids[b]))
                throw file.Wrong($"it falls back to bytes, but has no token {BytePieces.Name(b)}");
        return ids;
    }

    private sealed class Reader
    {
        private bool _replacesSpaces;

        public SpacePrefix Prefix { get; private set; }

        public bool SplitsWords { get; private set; }

        public void ReadNormalizer(CheckedJson step)
        {
            if (step.IsNull)
                return;
            switch (step["type"].Text())
            {
                case "Sequence":
                    step["normalizers"].Items(limit: 8).ForEach(ReadNormalizer);
                    break;
                case "Prepend":
                    step["prepend"].Require(step["prepend"].Text() == Space && !_replacesSpaces, "U+2581, before spaces are replaced");
                    Prefix = SpacePrefix.Always;
                    break;
                case "Replace":
                    step["content"].Require(step["content"].Text() == Space, "U+2581");
                    step["pattern"].Require(step["pattern"]["String"].TextOrNull() == " ", "{ \"String\": \" \" }");
                    _replacesSpaces = true;
                    break;
                default:
                    step["type"].Require(false, "a normalizer that is understood here: Prepend, Replace, Sequence");
                    break;
            }
        }

        public void ReadPreTokenizer(CheckedJson step)
        {
            if (!step.IsNull && step["type"].TextOrNull() == "Metaspace")
                ReadMetaspace(step);
            else
                step.Require(_replacesSpaces && CutsAtSpacesOnly(step), "Metaspace, or nothing where the normalizer replaces spaces");
        }

        /// <summary>Nothing, or a rule about spaces, of which the normalizer has left none.</summary>
        private static bool CutsAtSpacesOnly(CheckedJson step)
            => step.IsNull || step["type"].TextOrNull() == "Split" && step["pattern"]["String"].TextOrNull() == " ";

        private void ReadMetaspace(CheckedJson step)
        {
            step["replacement"].Require(step["replacement"].TextOrNull() is null or Space, "U+2581");
            var scheme = step["prepend_scheme"].TextOrNull() ?? (step["add_prefix_space"].Flag(otherwise: true) ? "always" : "never");
            step["prepend_scheme"].Require(scheme is "always" or "first" or "never", "always, first or never");
            step.Require(Prefix == SpacePrefix.None, "no Metaspace where the normalizer puts a space in front");
            Prefix = scheme switch { "always" => SpacePrefix.WhereNone, "first" => SpacePrefix.First, _ => SpacePrefix.None };
            SplitsWords = step["split"].Flag(otherwise: true);
        }
    }
}
