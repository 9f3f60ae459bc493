using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Tests.SkillQuestions;

public class SkillSetTests
{
    private static IEnumerable<Skill> Skills() => Skill.All;

    [Test]
    public void Answers_AreRight_OnEverySurfaceAndLength([ValueSource(nameof(Skills))] Skill skill)
    {
        foreach (var surface in Enum.GetValues<SkillSurface>())
        {
            foreach (var longer in new[] { 0, 1 })
            {
                foreach (var question in SkillSet.Of(skill, surface, longer).Draw(QuestionSplit.Test, 3).Take(200))
                    Assert.That(SkillSolver.Solve(question.Prompt), Is.EqualTo(question.Choices[question.Answer]), question.Prompt);
            }
        }
    }

    [Test]
    public void Form_SaysWhetherTheLetterOrTheWordIsTheAnswer()
    {
        var set = SkillSet.Of(Skill.Find("most"), SkillSurface.Template);
        var letters = set.Draw(QuestionSplit.Train, 1).Take(50).ToList();
        var words = (set with { Form = AnswerForm.Word }).Draw(QuestionSplit.Train, 1).Take(50).ToList();
        foreach (var (letter, word) in letters.Zip(words))
        {
            Assert.That(letter.Prompt, Does.Contain($" {word.RightAnswer} {letter.RightAnswer} "), "a letter stands behind its word");
            Assert.That(letter.RightAnswer, Is.EqualTo("ABCD"[letter.Answer].ToString()));
            var bare = letter.Prompt.Split(' ').Where(part => part is not ("A" or "B" or "C" or "D"));
            Assert.That(word.Prompt, Is.EqualTo(string.Join(' ', bare)));
            Assert.That(word.RightAnswer, Is.EqualTo(word.Choices[word.Answer]).And.EqualTo(SkillSolver.Solve(word.Prompt)));
        }
    }

    [Test]
    public void Answers_StandEquallyOftenAtEveryLetter([ValueSource(nameof(Skills))] Skill skill)
    {
        var answers = SkillSet.Of(skill, SkillSurface.List).Draw(QuestionSplit.Train, 5).Take(400).Select(question => question.Answer);
        Assert.That(answers.CountBy(answer => answer), Is.EquivalentTo(
            Enumerable.Range(0, 4).Select(answer => KeyValuePair.Create(answer, 100))));
    }

    [Test]
    public void Answers_AreNotToldByTheirWordAlone([ValueSource(nameof(Skills))] Skill skill)
    {
        // What guesses the most frequent answer word among the choices is right less often than half.
        var questions = SkillSet.Of(skill, SkillSurface.List).Draw(QuestionSplit.Train, 6).Take(2000).ToList();
        var counts = questions.CountBy(question => question.Choices[question.Answer]).ToDictionary();
        var right = questions.Count(question => question.Choices.MaxBy(word => counts.GetValueOrDefault(word))
            == question.Choices[question.Answer]);
        Assert.That(right / 2000.0, skill.Name == "most" ? Is.GreaterThan(0.9) : Is.LessThan(0.5), "'most' asks for just such a word");
    }

    [Test]
    public void Splits_ShareNoContent_WhateverSurfaceOrSeed([ValueSource(nameof(Skills))] Skill skill)
    {
        HashSet<string> Contents(QuestionSplit split, SkillSurface surface, int seed) =>
            [.. SkillSet.Of(skill, surface).Draw(split, seed).Take(500).Select(Content)];

        var train = Contents(QuestionSplit.Train, SkillSurface.List, 1).Union(Contents(QuestionSplit.Train, SkillSurface.Template, 2));
        var validation = Contents(QuestionSplit.Validation, SkillSurface.Template, 1);
        var test = Contents(QuestionSplit.Test, SkillSurface.Template, 1).Union(Contents(QuestionSplit.Test, SkillSurface.Inverted, 4));
        Assert.That(train.Intersect(test).Concat(train.Intersect(validation)).Concat(validation.Intersect(test)), Is.Empty);
    }

    [Test]
    public void Draw_RepeatsNoQuestion_AndGivesTheSameForTheSameSeed([ValueSource(nameof(Skills))] Skill skill)
    {
        var set = SkillSet.Of(skill, SkillSurface.Template);
        var questions = set.Draw(QuestionSplit.Test, 7).Take(500).ToList();
        Assert.That(questions.Select(question => question.Prompt), Is.Unique);
        Assert.That(set.Draw(QuestionSplit.Test, 7).Take(500).Select(question => question.Prompt),
            Is.EqualTo(questions.Select(question => question.Prompt)));
        Assert.That(set.Draw(QuestionSplit.Test, 8).First().Prompt, Is.Not.EqualTo(questions[0].Prompt));
    }

    [Test]
    public void Surfaces_UseTheSameSmallWords_InEveryFunction()
    {
        foreach (var surface in Enum.GetValues<SkillSurface>())
        {
            var words = Skill.All.GroupBy(skill => skill.Function).Select(function => function
                .SelectMany(skill => SkillSet.Of(skill, surface).Draw(QuestionSplit.Train, 1).Take(300))
                .SelectMany(question => question.Prompt.Split(' ').Skip(1)).Distinct().Order().ToArray()).ToList();
            Assert.That(words, Has.All.EqualTo(words[0]), $"{surface}: only the instruction tells functions apart");
        }
    }

    [Test]
    public void Pure_IsEverySkillOnBothSurfaces()
    {
        Assert.That(SkillSet.Pure, Has.Count.EqualTo(32));
        Assert.That(SkillSet.Pure.Select(set => (set.Main.Name, set.Surface)), Is.Unique);
        Assert.That(SkillSet.Pure.CountBy(set => set.Main.Function).Select(count => count.Value), Is.All.EqualTo(8));
    }

    [Test]
    public void Mixed_JoinsTwoFunctions_EverySkillOnce_InItsShares()
    {
        Assert.That(SkillSet.Mixed, Has.Count.EqualTo(8));
        Assert.That(SkillSet.Mixed.SelectMany(set => set.Skills).Select(part => part.Skill.Name),
            Is.EquivalentTo(Skill.All.Select(skill => skill.Name)));
        foreach (var set in SkillSet.Mixed)
        {
            Assert.That(set.Skills[0].Skill.Function, Is.Not.EqualTo(set.Skills[1].Skill.Function), set.Name);
            var questions = set.Draw(QuestionSplit.Train, 2).Take(1000).ToList();
            Assert.That(questions.Count(question => question.Skill == set.Main) / 1000.0, Is.EqualTo(0.7).Within(0.06), set.Name);
            Assert.That(questions.Select(question => SkillSolver.Solve(question.Prompt)),
                Is.EqualTo(questions.Select(question => question.Choices[question.Answer])));
        }
    }

    [Test]
    public void Questions_FitTheirLongestLength()
    {
        var lengths = Skill.All.SelectMany(skill => Enum.GetValues<SkillSurface>().Select(surface => SkillSet.Of(skill, surface, 1)))
            .SelectMany(set => set.Draw(QuestionSplit.Train, 1).Take(100)).Select(question => question.Prompt.Split(' ').Length + 1);
        Assert.That(lengths.Max(), Is.LessThanOrEqualTo(SkillQuestion.LongestTokens));
    }

    [Test]
    public void Of_WithALengthBeyondOne_IsRefused() =>
        Assert.That(() => SkillSet.Of(Skill.All[0], SkillSurface.List, 2), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Find_OfAnUnknownSkill_NamesTheNearest() =>
        Assert.That(() => Skill.Find("recal"), Throws.ArgumentException.With.Message.Contains("Did you mean 'recall'?"));

    // Instruction, what is told without small words, query, and the choices in alphabetical order.
    private static string Content(SkillQuestion question)
    {
        var words = question.Prompt.Split(' ').Where(word => word is not ("the" or "is" or ",")).ToList();
        var told = words.TakeWhile(word => word != ";").Concat(words.SkipWhile(word => word != "?"));
        return $"{string.Join(' ', told)} {string.Join(' ', question.Choices.Order())}";
    }
}
