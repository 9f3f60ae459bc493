using System.Text;
using MlNetLlm.Rewards;

namespace MlNetLlm.Tests.Rewards;

/// <summary>Whatever a model writes, a reward gives a verdict, and garbage earns nothing.</summary>
public sealed class RewardTotalityTests
{
    private const int Cases = 4000;

    private sealed class Echo : IProgramInterpreter
    {
        public bool TryRun(string prompt, string program, out string result)
        {
            result = program;
            return program.Length % 2 == 0 ? throw new InvalidDataException() : true;
        }
    }

    private static IEnumerable<IReward> Rewards() =>
    [
        new NumericAnswerReward(), new NumericAnswerReward { Marker = "####" }, new NumericAnswerReward { Marker = "" },
        new ChoiceLetterReward(), new ChoiceLetterReward { Letters = "" }, new ChoiceLetterReward { Marker = "=" },
        new ExactAnswerReward(), new ExactAnswerReward { Marker = "a", IgnoreCase = true }, new ProgramReward(new Echo()),
    ];

    [TestCaseSource(nameof(Rewards))]
    public void IsRight_OfAnyStrings_GivesAVerdict(IReward reward)
    {
        var random = new Random(1);
        for (var i = 0; i < Cases; i++)
        {
            var (answer, reference) = (Any(random), Any(random));
            Assert.That(() => reward.IsRight(Any(random), answer, reference), Throws.Nothing, $"'{answer}' for '{reference}'");
            Assert.That(() => reward.FaultOf(reference), Throws.Nothing);
            if (reward.FaultOf(reference) is not null)
                Assert.That(reward.IsRight("", reference, reference), Is.False, $"'{reference}' is at fault and pays");
        }
    }

    [Test]
    public void IsRight_OfBytesWithoutADigit_NeverPays()
    {
        var random = new Random(2);
        for (var i = 0; i < Cases; i++)
        {
            var garbage = new string([.. Any(random).Where(c => !char.IsAsciiDigit(c))]);
            Assert.That(new NumericAnswerReward().IsRight("", garbage, $"{random.Next(-9, 10)}"), Is.False, garbage);
        }
    }

    [Test]
    public void IsRight_OfANumberSlippedIntoGarbage_PaysForThatNumberAlone()
    {
        var random = new Random(3);
        for (var i = 0; i < Cases; i++)
        {
            var number = random.Next(-9999, 10_000);
            var text = $"{new string([.. Any(random).Where(c => !char.IsAsciiDigit(c))])}\n{number}";
            Assert.That(new NumericAnswerReward().IsRight("", text, $"{number}"), Is.True, text);
            Assert.That(new NumericAnswerReward().IsRight("", text, $"{number + 1}"), Is.False, text);
        }
    }

    // Bytes as a broken tokenizer would give them, digits, operators, letters of choices, halves of characters.
    private static string Any(Random random)
    {
        var bytes = new byte[random.Next(24)];
        random.NextBytes(bytes);
        return random.Next(4) switch
        {
            0 => Encoding.UTF8.GetString(bytes),
            1 => Encoding.Latin1.GetString(bytes),
            2 => new string([.. bytes.Select(b => "0123456789,.+-−*/$ABCDabcd#= \n(_"[b % 32])]),
            _ => new string([.. bytes.Select(b => (char)(b * 257))]),
        };
    }
}
