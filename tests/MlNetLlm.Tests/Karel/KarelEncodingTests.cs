using MlNetLlm.Karel;
using static MlNetLlm.Tests.Karel.KarelToys;

namespace MlNetLlm.Tests.Karel;

public class KarelEncodingTests
{
    private static readonly IKarelEncoding[] Both = [KarelTextEncoding.Instance, KarelGridEncoding.Instance];
    private static readonly KarelTextEncoding Text = KarelTextEncoding.Instance;

    [Test]
    public void Words_OfTheText_JoinToThePapersText()
    {
        var task = new KarelTask([Put, Move, Left], [World], examples: 1);
        Assert.That(string.Concat(Tokens(Text, task).Select(token => Text.Words[token])), Is.EqualTo(
            """
            Examples:

            Input0
             __space__ __space__ __space__ __space__ __space__ __space__
             __space__ __wall__ __space__ __space__ __space__ __space__
             __space__ __space__ __up__ __space__ __space__ __space__
             __space__ __space__ __space__ __space__ __wall__ __space__
             __space__ __space__ __space__ __space__ __space__ __space__
             __space__ __space__ __space__ __space__ __space__ __space__
            Output0
             __space__ __space__ __space__ __space__ __space__ __space__
             __space__ __wall__ __left__ __space__ __space__ __space__
             __space__ __space__ __1_Marker__ __space__ __space__ __space__
             __space__ __space__ __space__ __space__ __wall__ __space__
             __space__ __space__ __space__ __space__ __space__ __space__
             __space__ __space__ __space__ __space__ __space__ __space__

            Code:
            def run() {
              put_marker()
              move()
              turn_left()
            }
            """.ReplaceLineEndings("\n")));
    }

    [Test]
    public void Tokens_OfFiveExamples_AreAsManyAsThePaperHas()
    {
        var generator = new KarelGenerator(new KarelOptions(), "encoding");
        for (int i = 0; i < 20; i++)
            Assert.That(Tokens(Text, generator.Draw(i)), Has.Length.EqualTo(452 + 3 * generator.LengthAt(i)));
        Assert.That(Text.Words, Is.Unique.And.Count.EqualTo(51));
        Assert.That(Tokens(KarelGridEncoding.Instance, generator.Draw(0)), Has.Length.EqualTo(11 + generator.LengthAt(0) + 1));
    }

    [Test]
    public void Text_CutAtItsLeftmostLongestWords_GivesTheTokensBack()
    {
        var generator = new KarelGenerator(new KarelOptions(), "encoding");
        var words = Text.Words.ToList();
        var longestFirst = words.OrderByDescending(word => word.Length).ToArray();
        for (int i = 0; i < 50; i++)
        {
            var tokens = Tokens(Text, generator.Draw(i));
            var text = string.Concat(tokens.Select(token => Text.Words[token]));
            var cut = new List<int>();
            for (int at = 0; at < text.Length; at += words[cut[^1]].Length)
                cut.Add(words.IndexOf(longestFirst.First(word => text.AsSpan(at).StartsWith(word))));
            Assert.That(cut, Is.EqualTo(tokens));
        }
    }

    [Test]
    public void ReadPrompt_OfGeneratedTasks_GivesTheDrawnWorldsBack()
    {
        var generator = new KarelGenerator(new KarelOptions(), "encoding");
        var (inputs, outputs) = (new KarelWorld[5], new KarelWorld[5]);
        for (int i = 0; i < 500; i++)
        {
            var task = generator.Draw(i);
            Text.ReadPrompt(Tokens(Text, task).AsSpan(0, Text.PromptLength(5)), inputs, outputs);
            for (int e = 0; e < 5; e++)
                Assert.That(inputs[e] == task.Inputs[e] && outputs[e].LooksLike(task.Outputs[e]), $"task {i}, example {e}");
        }
    }

    [TestCase(3, 17, "Token 3 ")]           // another header
    [TestCase(91, 6, "Token 91 ")]          // no blank line before the code
    [TestCase(20, 38, "Token 20 ")]         // a second robot beside the one at 21
    [TestCase(21, 37, "has no robot")]
    public void ReadPrompt_WithAWrongToken_SaysWhere(int position, int token, string message)
    {
        var prompt = Tokens(Text, new KarelTask([Move], [World], examples: 1))[..Text.PromptLength(1)];
        prompt[position] = token;
        Assert.That(
            () => Text.ReadPrompt(prompt, new KarelWorld[1], new KarelWorld[1]),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(message));
    }

    [Test]
    public void WritePrompt_WithTenMarkersInSight_SaysThatThereIsNoWord()
    {
        var world = World;
        world.SetMarkers(world.Cell + 1, 10);
        Assert.That(
            () => Text.WritePrompt([world], [world], new int[Text.PromptLength(1)]),
            Throws.InvalidOperationException.With.Message.Contains("10 markers"));
    }

    [TestCaseSource(nameof(Both))]
    public void TryReadProgram_OfWhatWasWritten_GivesItBack(IKarelEncoding encoding)
    {
        var random = new Random(7);
        var read = new KarelOperation[15];
        for (int i = 0; i < 500; i++)
        {
            var program = RandomProgram(random, 15);
            var tokens = new int[encoding.ProgramLength(program.Length)];
            encoding.WriteProgram(program, tokens);
            Assert.That(encoding.TryReadProgram([.. tokens, 0, 0], read, out int length), Is.True);
            Assert.That(read[..length], Is.EqualTo(program));
            Assert.That(encoding.TryReadProgram(tokens.AsSpan(0, tokens.Length - 1), read, out _), Is.False, "without an end");
            if (program.Length > 0)
                Assert.That(encoding.TryReadProgram(tokens, read.AsSpan(0, program.Length - 1), out _), Is.False, "without room");
        }
    }

    [TestCaseSource(nameof(Both))]
    public void TryReadProgram_WithOneTokenReplaced_NeverReadsTheSameProgram(IKarelEncoding encoding)
    {
        KarelOperation[] program = [Move, Left, Put];
        var read = new KarelOperation[15];
        var written = new int[encoding.ProgramLength(program.Length)];
        encoding.WriteProgram(program, written);
        for (int position = 0; position < written.Length; position++)
        {
            for (int token = -1; token <= encoding.Words.Count; token++)
            {
                var changed = written.ToArray();
                changed[position] = token;
                bool same = encoding.TryReadProgram(changed, read, out int length) && read.AsSpan(0, length).SequenceEqual(program);
                Assert.That(same, Is.EqualTo(token == written[position]), $"token {token} at {position}");
            }
        }
    }

    [TestCaseSource(nameof(Both))]
    public void EmittingPosition_OfEveryOperation_StandsBeforeItsToken(IKarelEncoding encoding)
    {
        var task = new KarelGenerator(new KarelOptions { MinLength = 10 }, "encoding").Draw(0);
        var tokens = Tokens(encoding, task);
        for (int operation = 1; operation <= 10; operation++)
        {
            var word = encoding.Words[tokens[encoding.EmittingPosition(5, operation) + 1]];
            var expected = task.Program[operation - 1].ToString().Replace("Marker", "").Replace("Turn", "");
            Assert.That(word, Does.Contain(expected).IgnoreCase);
        }
    }

    [TestCaseSource(nameof(Both))]
    public void NextAllowed_FollowedAtRandom_AlwaysGivesAProgram(IKarelEncoding encoding)
    {
        var random = new Random(8);
        var (read, lengths, longest) = (new KarelOperation[14], new HashSet<int>(), 0);
        for (int i = 0; i < 3000; i++)
        {
            var tokens = new List<int>();
            while (tokens.Count == 0 || tokens[^1] != encoding.Special.Eos)
            {
                var allowed = encoding.NextAllowed(tokens.Count, 14);
                tokens.Add(allowed[random.Next(allowed.Length)]);
            }

            Assert.That(encoding.TryReadProgram(tokens.ToArray(), read, out int length), Is.True);
            lengths.Add(length);
            longest = Math.Max(longest, tokens.Count);
        }

        Assert.That(lengths.Min(), Is.EqualTo(1));
        Assert.That(encoding.NextAllowed(encoding.ProgramLength(14) - 1, 14).ToArray(), Is.EqualTo(new[] { encoding.Special.Eos }));
        Assert.That(longest, Is.AtMost(encoding.ProgramLength(14)));
        Assert.That(Text.ProgramLength(14), Is.EqualTo(48), "the published limit of new tokens");
    }

    [TestCaseSource(nameof(Both))]
    public void NextAllowed_OfWrittenPrograms_AllowsEveryToken(IKarelEncoding encoding)
    {
        KarelOperation[] program = [Move, Left, Put, Right, Pick];
        var tokens = new int[encoding.ProgramLength(program.Length)];
        encoding.WriteProgram(program, tokens);
        for (int i = 0; i < tokens.Length; i++)
            Assert.That(encoding.NextAllowed(i, 14).ToArray(), Does.Contain(tokens[i]), $"token {i}");
    }

    [TestCaseSource(nameof(Both))]
    public void WritePrompt_WithTheWrongRoom_SaysHowMuchIsNeeded(IKarelEncoding encoding)
    {
        Assert.That(
            () => encoding.WritePrompt([World], [World], new int[1]),
            Throws.ArgumentException.With.Message.Contains($"has {encoding.PromptLength(1)} tokens, not 1"));
        Assert.That(() => encoding.WritePrompt([World], [], new int[9]), Throws.ArgumentException.With.Message.Contains("not 1 and 0"));
        Assert.That(() => encoding.WriteProgram([Move], []), Throws.ArgumentException.With.Message.Contains("not 0"));
    }

    private static int[] Tokens(IKarelEncoding encoding, KarelTask task)
    {
        int prompt = encoding.PromptLength(task.Examples);
        var tokens = new int[prompt + encoding.ProgramLength(task.Program.Length)];
        encoding.WritePrompt(task.ShownInputs, task.ShownOutputs, tokens.AsSpan(0, prompt));
        encoding.WriteProgram(task.Program, tokens.AsSpan(prompt));
        return tokens;
    }
}
