using System.Text.Json.Nodes;

namespace MlNetLlm.Tokenization;

/// <summary>The <c>pre_tokenizer</c> of a <c>tokenizer.json</c>, to and from <see cref="WordSplitter"/>.</summary>
internal static class PreTokenizerJson
{
    private const int MaxRules = 64;

    /// <summary>Reads the rules, and whether a space is put in front of a text.</summary>
    public static (WordSplitter Splitter, bool AddPrefixSpace) Read(CheckedJson preTokenizer, TokenizerLimits limits)
    {
        var reader = new Reader(limits);
        reader.Read(preTokenizer);
        preTokenizer.Require(
            reader.IsByteLevel, "a pre-tokenizer with ByteLevel: other byte-pair models are read from their tokenizer.model");
        return (new WordSplitter(reader.Rules), reader.AddPrefixSpace);
    }

    /// <summary>Writes what <see cref="Read"/> reads as the same rules.</summary>
    public static JsonObject Write(WordSplitter splitter, bool addPrefixSpace)
    {
        if (splitter.Rules is [{ Behavior: SplitBehavior.Isolated, Invert: false } only] && only.Pattern == SplitPattern.Gpt2)
            return ByteLevel(addPrefixSpace, useRegex: true);
        if (splitter.Rules.Count == 0)
            return ByteLevel(addPrefixSpace, useRegex: false);
        var steps = new JsonArray([.. splitter.Rules.Select(Write), ByteLevel(addPrefixSpace, useRegex: false)]);
        return new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = steps };
    }

    private static JsonObject Write(SplitRule rule)
        => rule.Pattern == SplitPattern.Digit
            ? new JsonObject { ["type"] = "Digits", ["individual_digits"] = rule.Behavior == SplitBehavior.Isolated }
            : new JsonObject
            {
                ["type"] = "Split",
                ["pattern"] = new JsonObject { [rule.Pattern.IsLiteral ? "String" : "Regex"] = rule.Pattern.Text },
                ["behavior"] = rule.Behavior.ToString(),
                ["invert"] = rule.Invert,
            };

    private static JsonObject ByteLevel(bool addPrefixSpace, bool useRegex) => new()
    {
        ["type"] = "ByteLevel", ["add_prefix_space"] = addPrefixSpace, ["trim_offsets"] = true, ["use_regex"] = useRegex,
    };

    private sealed class Reader(TokenizerLimits limits)
    {
        public List<SplitRule> Rules { get; } = [];

        public bool IsByteLevel { get; private set; }

        public bool AddPrefixSpace { get; private set; }

        public void Read(CheckedJson step)
        {
            if (step.IsNull)
                return;
            step.Require(!IsByteLevel, "nothing after ByteLevel");
            step.Require(Rules.Count < MaxRules, $"at most {MaxRules} rules");
            switch (step["type"].Text())
            {
                case "Sequence":
                    step["pretokenizers"].Items(MaxRules).ForEach(Read);
                    break;
                case "ByteLevel":
                    ReadByteLevel(step);
                    break;
                case "Digits":
                    var single = step["individual_digits"].Flag(otherwise: false);
                    Rules.Add(new SplitRule(SplitPattern.Digit, single ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                    break;
                case "Split":
                    Rules.Add(new SplitRule(Pattern(step["pattern"]), Behavior(step["behavior"]), step["invert"].Flag(otherwise: false)));
                    break;
                default:
                    step["type"].Require(false, "a pre-tokenizer that is understood: ByteLevel, Split, Digits, Sequence");
                    break;
            }
        }

        private void ReadByteLevel(CheckedJson step)
        {
            IsByteLevel = true;
            AddPrefixSpace = step["add_prefix_space"].Flag(otherwise: true);
            step["add_prefix_space"].Require(!AddPrefixSpace || Rules.Count == 0, "false where ByteLevel is not the first rule");
            if (step["use_regex"].Flag(otherwise: true))
                Rules.Add(new SplitRule(SplitPattern.Gpt2, SplitBehavior.Isolated));
        }

        private SplitPattern Pattern(CheckedJson pattern)
            => pattern["String"].TextOrNull() is { } text
                ? SplitPattern.Parse(text, isLiteral: true, pattern.File, limits)
                : SplitPattern.Parse(pattern["Regex"].Text(), isLiteral: false, pattern.File, limits);

        private static SplitBehavior Behavior(CheckedJson behavior)
        {
            var known = Enum.TryParse<SplitBehavior>(behavior.Text(), out var value) && value.ToString() == behavior.Text();
            behavior.Require(known, $"one of {string.Join(", ", Enum.GetNames<SplitBehavior>())}");
            return value;
        }
    }
}
